"""How much of a GPU do the three large trainings use? For each of them: images a second by batch, then, at the best batch,
what `compile`, CUDA graphs and channels-last bring, the fraction of the bfloat16 peak that is measured in the same run,
the fraction of the time in which the GPU computes, the waits of Python for it, and the memory. It needs no network.

    python benchmarks/gpu.py --report results/benchmarks/gpu.csv
    python benchmarks/gpu.py --device cpu --tiny     # does it run? Its figures mean nothing
"""
import argparse, gc, os, tempfile, time, warnings
from pathlib import Path
os.environ['SKINGAN_CACHE'] = tempfile.mkdtemp()
import pandas as pd, torch
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode
from fastai.vision.all import Callback, default_device
from skingan.acgan import acgan_learner
from skingan.adversarial import networks
from skingan.classify import classifier
from skingan.cyclegan import cyclegan_learner
from skingan.device import hardware
from skingan.images import lesion_dls, unpaired_dls
from skingan.simulate import simulate_lesions
from skingan.stage import set_seed, versions

def acgan(df, size, bs, n_items, width):
    return acgan_learner(lesion_dls(df, size, bs, n_items=n_items), size, filters=width)

def cyclegan(df, size, bs, n_items, width):
    dls = unpaired_dls(df, df, size, bs, n_items=n_items)
    return cyclegan_learner(dls, n_blocks=9, filters=width)

def resnet(df, size, bs, n_items, width):
    arch = 'resnet50' if width == 64 else 'resnet18'
    return classifier(df, arch, pretrained=False, size=size, bs=bs, n_items=n_items)

# The training, and the side of its images. Of the CycleGAN, an image is a pair
MODELS = {'ACGAN': (acgan, 128), 'CycleGAN': (cyclegan, 256), 'ResNet-50': (resnet, 256)}

def all_networks(learn):
    "Return what is compiled: the networks of a GAN, or a classifier's body and head"
    return networks(learn.model) if hasattr(learn.model, 'generator') else list(learn.model)

class ContiguousBatches(Callback):
    "A convolution runs channels-last if its weight or its input is so. (A generator makes its own input.)"
    def before_batch(self): self.learn.xb = tuple(o.contiguous() for o in self.xb)

def plain(learn): pass
def channels_first(learn):
    learn.model.to(memory_format=torch.contiguous_format)
    learn.add_cb(ContiguousBatches())
def compiled(learn):
    for net in all_networks(learn): net.compile(dynamic=False)
def cuda_graphs(learn):
    for net in all_networks(learn): net.compile(dynamic=False, mode='reduce-overhead')
def traced(learn): # what --tiny does in place of both, in a second
    for net in all_networks(learn): net.compile(dynamic=False, backend='eager')
VARIANTS = {'plain': plain, 'channels first': channels_first, 'compiled': compiled, 'CUDA graphs': cuda_graphs}
TINY = {'plain': plain, 'channels first': channels_first, 'traced': traced}

class Bench:
    "Learners of one model, on simulated lesions"
    def __init__(self, name, tiny):
        self.make, size = MODELS[name]
        self.size, self.width, self.steps = (32, 8, 2) if tiny else (size, 64, 20)
        folder = tempfile.mkdtemp()
        self.df = simulate_lesions(folder, dict(NV=8, MEL=8), size=self.size).assign(split='train')

    def learner(self, bs, variant=plain, steps=None):
        set_seed(0)
        learn = self.make(self.df, self.size, bs, bs*(steps or self.steps), self.width)
        variant(learn)
        return learn

    def seconds(self, learn):
        "Return the seconds of a step, loader and callbacks included, after an epoch that may compile"
        fit(learn)
        start = time.perf_counter()
        fit(learn)
        return (time.perf_counter() - start)/self.steps

def fit(learn):
    with learn.no_bar(), learn.no_logging(): learn.fit(1)
    wait()

def wait():
    if torch.cuda.is_available(): torch.cuda.synchronize()

def peak(device, n):
    "Return the floating-point operations a second of a product of two `n` x `n` bfloat16 matrices"
    a, b = (torch.randn(n, n, device=device, dtype=torch.bfloat16) for _ in range(2))
    times = []
    for _ in range(12):
        wait()
        start = time.perf_counter()
        a @ b
        wait()
        times.append(time.perf_counter() - start)
    return 2*n**3/min(times)

def flops(bench, bs):
    "Return the floating-point operations of a step"
    learn = bench.learner(bs, steps=1)
    with FlopCounterMode(display=False) as counter: fit(learn)
    return counter.get_total_flops()

def busy(learn):
    "Return the fraction of an epoch in which the GPU computes; None without one"
    if not torch.cuda.is_available(): return None
    with profile(activities=[ProfilerActivity.CUDA]) as prof:
        start = time.perf_counter()
        fit(learn)
        seconds = time.perf_counter() - start
    kernels = [o for o in prof.events() if o.device_type == DeviceType.CUDA and not o.is_user_annotation]
    return sum(o.self_device_time_total for o in kernels)/1e6/seconds

def count_waits(learn):
    "Return how often Python waits for the GPU in an epoch"
    torch.cuda.set_sync_debug_mode('warn')
    try:
        with warnings.catch_warnings(record=True) as caught, learn.no_bar(), learn.no_logging():
            warnings.simplefilter('always')
            learn.fit(1)
    finally: torch.cuda.set_sync_debug_mode('default')
    return sum('synchroniz' in str(o.message) for o in caught)

def waits(bench, bs):
    "Return how often a step waits for the GPU, from two epochs of different length; None without one"
    if not torch.cuda.is_available(): return None
    short, long = (count_waits(bench.learner(bs, steps=k*bench.steps)) for k in (1, 2))
    return (long - short)/bench.steps

def release():
    "Give back the memory of learners that are done: they lie in reference cycles"
    gc.collect()
    torch.compiler.reset()
    if not torch.cuda.is_available(): return
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()

def measure(bench, bs, variant):
    "Return the figures of a variant; of one that fails, the error"
    release()
    try:
        learn = bench.learner(bs, variant)
        seconds = bench.seconds(learn)
        gib = torch.cuda.max_memory_allocated()/2**30 if torch.cuda.is_available() else None
        return dict(images_per_s=bs/seconds, gib=gib, busy=busy(learn), seconds_per_step=seconds)
    except Exception as e: return dict(error=f'{type(e).__name__}: {e}'[:200])

def by_batch(bench, sizes):
    "Yield the figures of each batch size, up to the memory's end"
    for bs in sizes:
        row = dict(bs=bs, variant='by batch', **measure(bench, bs, plain))
        yield row
        if 'OutOfMemory' in row.get('error', ''): return

def by_variant(bench, bs, variants, peak_flops):
    "Yield the figures of each variant at one batch size"
    operations, per_step = flops(bench, bs), waits(bench, bs)
    for name,variant in variants.items():
        row = measure(bench, bs, variant)
        if 'error' not in row: row['of_peak'] = operations/row['seconds_per_step']/peak_flops
        if variant is plain: row['waits_per_step'] = per_step
        yield dict(bs=bs, variant=name, **row)

def main(device, tiny, names, report):
    if device == 'cpu': default_device(False)
    elif not torch.cuda.is_available(): raise SystemExit('PyTorch finds no CUDA GPU here: give --device cpu --tiny')
    peak_flops = peak(device, 256 if tiny else 8192)
    print(f'{hardware()}: {peak_flops/1e12:.3g} TFLOP/s in bfloat16', flush=True)
    sizes = (1, 2, 4) if tiny else (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
    rows = []
    def keep(name, row):
        rows.append(dict(model=name, **row))
        print(rows[-1], flush=True)
        write(rows, report, peak_flops)
    for name in names:
        bench, speeds = Bench(name, tiny), {}
        for row in by_batch(bench, sizes):
            keep(name, row)
            speeds[row['bs']] = row.get('images_per_s', 0.)
        best = max(speeds, key=speeds.get)
        for row in by_variant(bench, best, TINY if tiny else VARIANTS, peak_flops): keep(name, row)

def write(rows, report, peak_flops):
    "Write what is measured so far"
    if not report: return
    Path(report).parent.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame(rows).assign(peak_tflops=peak_flops/1e12, hardware=hardware(), **versions())
    table.to_csv(report, index=False, float_format='%.4g')

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--device', default='cuda', choices=['cuda','cpu'])
    p.add_argument('--tiny', action='store_true', help='tiny networks and images, seconds')
    p.add_argument('--models', nargs='*', default=list(MODELS), choices=list(MODELS), dest='names')
    p.add_argument('--report', help='csv to write')
    main(**vars(p.parse_args()))
