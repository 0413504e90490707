"""How fast is the road, against plain PyTorch and Pillow on the same machine in the same minutes? Every figure is the median of interleaved pairs.

    python benchmarks/speed.py --native <folder of ISIC 2019 layout, native jpgs> --report results/benchmarks/speed.csv
"""
import argparse, itertools, os, shutil, statistics, tempfile, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
for o in 'SKINGAN_CACHE','TORCHINDUCTOR_CACHE_DIR': os.environ[o] = tempfile.mkdtemp() # every run begins with nothing decoded and nothing compiled
import pandas as pd, torch
from PIL import Image
import skingan.run
from skingan.acgan import acgan_learner
from skingan.classify import classifier
from skingan.cyclegan import CycleGAN, cyclegan_learner, resnet_generator
from skingan.data import isic2019, split
from skingan.draw import draw_lesions
from skingan.generate import generate, translate
from skingan.images import LesionSet, Pixels, lesion_dls, unpaired_dls
from skingan.losses import l1_loss, lsgan_loss
from skingan.run import hardware, set_seed, versions

def seconds(f):
    start = time.perf_counter(); f()
    return time.perf_counter() - start

def interleaved(name, n, ours, theirs, pairs):
    "`n` items by each, in turn, after a first round that may compile"
    first = seconds(ours); theirs()
    a, b = zip(*((seconds(ours), seconds(theirs)) for _ in range(pairs)))
    row = dict(name=name, ours_per_s=round(n/statistics.median(a), 2), other_per_s=round(n/statistics.median(b), 2),
               ratio=round(statistics.median(y/x for x,y in zip(a, b)), 2), lowest=round(min(y/x for x,y in zip(a, b)), 2), highest=round(max(y/x for x,y in zip(a, b)), 2), pairs=pairs, first_s=round(first, 3), median_s=round(statistics.median(a), 3))
    print(row, flush=True)
    return row

class float32:
    "Inside, nothing is computed in bfloat16"
    def __enter__(self): self.was, skingan.run.has_bf16 = skingan.run.has_bf16, lambda device='cpu': False
    def __exit__(self, *_): skingan.run.has_bf16 = self.was

def fitted(learn, epochs=1):
    def run():
        with learn.no_bar(), learn.no_logging(): learn.fit(epochs)
    return run

def in_float32(run):
    def slow():
        with float32(): run()
    return slow

class PlainCycleGAN:
    "The same networks and losses, each call for itself, in float32"
    def __init__(self, dls):
        system = CycleGAN(64, n_blocks=6, filters=64)
        self.batches, self.pools, self.g, self.d = dls.train, system.pools, system.generator, system.discriminator
        self.opts = [torch.optim.Adam(o.parameters(), 2e-4, (.5, .999)) for o in (self.g, self.d)]
    def step(self, a, b):
        g, d = self.g, self.d
        d.requires_grad_(False); fake_b, fake_a = g['a2b'](a), g['b2a'](b)
        loss = (lsgan_loss(d['b'](fake_b), True) + lsgan_loss(d['a'](fake_a), True) + 10*(l1_loss(g['b2a'](fake_b), a) + l1_loss(g['a2b'](fake_a), b))
                + 5*(l1_loss(g['a2b'](b), b) + l1_loss(g['b2a'](a), a)))
        self.opts[0].zero_grad(); loss.backward(); self.opts[0].step()
        d.requires_grad_(True)
        loss = sum(.5*(lsgan_loss(d[k](real), True) + lsgan_loss(d[k](self.pools[k](fake.detach())), False)) for k,real,fake in (('a',a,fake_a), ('b',b,fake_b)))
        self.opts[1].zero_grad(); loss.backward(); self.opts[1].step()
    def run(self):
        for a,b in self.batches: self.step(a.as_subclass(torch.Tensor), b.as_subclass(torch.Tensor))

def training(df, pairs):
    nevi, melanomas = (df[df.label==l] for l in ('NV','MEL'))
    two = lambda: unpaired_dls(nevi, melanomas, 64, 4, n_items=16)
    yield interleaved('CycleGAN, 64 px, 64 filters, 6 blocks, batch 4: Learner against plain float32, pairs', 16,
                      fitted(cyclegan_learner(two(), n_blocks=6)), PlainCycleGAN(two()).run, pairs)
    yield interleaved('the same CycleGAN, compiled: Learner against plain float32, pairs', 16,
                      fitted(cyclegan_learner(two(), n_blocks=6, compile=True)), PlainCycleGAN(two()).run, pairs)
    acgan = fitted(acgan_learner(lesion_dls(df, 64, 64, n_items=256), 64))
    yield interleaved('ACGAN, 64 px, batch 64: against its float32 self, images', 256, acgan, in_float32(acgan), pairs)
    learn = classifier(split(df), 'resnet18', pretrained=False, size=64, bs=64, n_items=512)
    yield interleaved('ResNet-18, 64 px, batch 64: against its float32 self, images', 512, fitted(learn), in_float32(fitted(learn)), pairs)

def repeated(df, times):
    "The images of a table again and again, as files of their own"
    folder = Path(tempfile.mkdtemp())
    rows = [df.assign(image=df.image+f'-{i}', path=[shutil.copy(p, folder/f'{i}-{Path(p).name}') for p in df.path]) for i in range(times)]
    return pd.concat(rows, ignore_index=True)

def reading(df, pairs, size=128):
    df = repeated(df, 384//len(df) + 1)
    n, paths = len(df), list(df.path)
    def pillow(path):
        with Image.open(path) as im: im.draft('RGB', (2*size, 2*size)); return im.convert('RGB').resize((size,size), Image.BICUBIC)
    def alone():
        with ThreadPoolExecutor() as ex: list(ex.map(pillow, paths))
    folders = (tempfile.mkdtemp() for _ in itertools.count())
    yield interleaved(f'native jpgs decoded and kept, {size} px: against Pillow alone on all cores, images', n, lambda: Pixels(size, next(folders)).rows(paths), alone, pairs)
    data = LesionSet(df, size, sorted(set(df.label)))
    yield interleaved(f'an epoch from the array, {size} px, batch 64: against decoding anew, images', n,
                      lambda: [data.images(list(range(i, min(i+64, n)))).float() for i in range(0, n, 64)], alone, pairs)

def writing(pairs, n=512):
    set_seed(0)
    from skingan.noise import ConvGenerator
    acgan, refine = ConvGenerator(2, size=64, filters=64).eval(), resnet_generator(6, 32).eval()
    acgan.settings['vocab'], refine.settings['size'] = ['MEL','NV'], 64
    folders = (Path(tempfile.mkdtemp()) for _ in itertools.count())
    def both(): translate(refine, generate(acgan, 'NV', n, next(folders)), next(folders))
    @torch.no_grad()
    def networks():
        x = [acgan(torch.randn(128, acgan.settings['z_dim']), torch.zeros(128, dtype=torch.long)) for _ in range(n//128)]
        for o in torch.cat(x).split(64): refine(o)
    yield interleaved('generate, refine and write png, 64 px: against the networks alone, images', n, both, networks, pairs)

def main(native, report, pairs):
    df = draw_lesions(tempfile.mkdtemp(), dict(NV=256, MEL=256), size=64).assign(split='train')
    rows = [*training(df, pairs), *writing(pairs), *(reading(isic2019(native, missing='skip'), pairs) if native else [])]
    table = pd.DataFrame(rows).assign(hardware=hardware(), threads=torch.get_num_threads(), bf16=skingan.run.has_bf16(), **versions())
    if report: Path(report).parent.mkdir(parents=True, exist_ok=True); table.to_csv(report, index=False)

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--native', help='folder with native jpgs'); p.add_argument('--report', help='csv to write'); p.add_argument('--pairs', type=int, default=7)
    main(**vars(p.parse_args()))
