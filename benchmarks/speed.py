"""How fast is skingan beside plain PyTorch and Pillow, on the same machine in the same minutes? Every figure is the median
of interleaved pairs.

    python benchmarks/speed.py --native <folder of ISIC 2019 layout, native jpgs> --report results/benchmarks/speed.csv
"""
import argparse, itertools, os, shutil, tempfile, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
for o in 'SKINGAN_CACHE', 'TORCHINDUCTOR_CACHE_DIR': os.environ[o] = tempfile.mkdtemp() # nothing decoded, nothing compiled
import numpy as np, pandas as pd, torch
from PIL import Image
import skingan.device
from skingan.acgan import acgan_learner
from skingan.classify import classifier
from skingan.cyclegan import CycleGAN, cyclegan_learner, resnet_generator
from skingan.datasets import isic2019
from skingan.generate import generate, translate
from skingan.images import LesionSet, lesion_dls, unpaired_dls
from skingan.pixels import PixelCache
from skingan.losses import l1_loss, lsgan_loss
from skingan.noise import ConvGenerator
from skingan.simulate import simulate_lesions
from skingan.split import split
from skingan.device import hardware
from skingan.stage import set_seed, versions

def seconds(f):
    start = time.perf_counter()
    f()
    return time.perf_counter() - start

def interleaved(name, n, ours, theirs, pairs):
    "Time `n` items by each, in turn, after a first round that may compile"
    first = seconds(ours)
    theirs()
    times = np.array([(seconds(ours), seconds(theirs)) for _ in range(pairs)])
    ratios, (here, there) = times[:,1]/times[:,0], np.median(times, axis=0)
    row = dict(name=name, ours_per_s=n/here, other_per_s=n/there, ratio=np.median(ratios), lowest=ratios.min(),
               highest=ratios.max(), pairs=pairs, first_s=first, median_s=here)
    row = {k: round(float(v), 3) if isinstance(v, float) else v for k,v in row.items()}
    print(row, flush=True)
    return row

class float32:
    "A context in which nothing is computed in bfloat16"
    def __enter__(self): self.was, skingan.device.has_bf16 = skingan.device.has_bf16, lambda device='cpu': False
    def __exit__(self, *_): skingan.device.has_bf16 = self.was

def fitted(learn, epochs=1):
    def run():
        with learn.no_bar(), learn.no_logging(): learn.fit(epochs)
    return run

def in_float32(run):
    def slow():
        with float32(): run()
    return slow

class PlainCycleGAN:
    "The same networks and losses in float32, each call by itself"
    def __init__(self, dls):
        system = CycleGAN(64, n_blocks=6, filters=64)
        self.batches, self.pools, self.g, self.d = dls.train, system.pools, system.generator, system.discriminator
        self.g_opt, self.d_opt = (torch.optim.Adam(o.parameters(), 2e-4, (.5, .999)) for o in (self.g, self.d))

    def generator_loss(self, a, b):
        a2b, b2a, d = self.g['a2b'], self.g['b2a'], self.d
        self.fake_b, self.fake_a = a2b(a), b2a(b)
        adversarial = lsgan_loss(d['b'](self.fake_b), True) + lsgan_loss(d['a'](self.fake_a), True)
        cycle = l1_loss(b2a(self.fake_b), a) + l1_loss(a2b(self.fake_a), b)
        identity = l1_loss(a2b(b), b) + l1_loss(b2a(a), a)
        return adversarial + 10*cycle + 5*identity

    def discriminator_loss(self, domain, real, fake):
        d, pool = self.d[domain], self.pools[domain]
        return .5*(lsgan_loss(d(real), True) + lsgan_loss(d(pool(fake.detach())), False))

    def update(self, opt, loss):
        opt.zero_grad()
        loss.backward()
        opt.step()

    def step(self, a, b):
        self.d.requires_grad_(False)
        self.update(self.g_opt, self.generator_loss(a, b))
        self.d.requires_grad_(True)
        losses = self.discriminator_loss('a', a, self.fake_a) + self.discriminator_loss('b', b, self.fake_b)
        self.update(self.d_opt, losses)

    def run(self):
        for a,b in self.batches: self.step(a.as_subclass(torch.Tensor), b.as_subclass(torch.Tensor))

def training(df, pairs):
    nevi, melanomas = (df[df.label==l] for l in ('NV','MEL'))
    def two(): return unpaired_dls(nevi, melanomas, 64, 4, n_items=16)
    name = 'CycleGAN, 64 px, 64 filters, 6 blocks, batch 4: Learner against plain float32, pairs'
    yield interleaved(name, 16, fitted(cyclegan_learner(two(), n_blocks=6)), PlainCycleGAN(two()).run, pairs)
    compiled = fitted(cyclegan_learner(two(), n_blocks=6, compile=True))
    name = 'the same CycleGAN, compiled: Learner against plain float32, pairs'
    yield interleaved(name, 16, compiled, PlainCycleGAN(two()).run, pairs)
    acgan = fitted(acgan_learner(lesion_dls(df, 64, 64, n_items=256), 64))
    yield interleaved('ACGAN, 64 px, batch 64: against itself in float32, images', 256, acgan, in_float32(acgan), pairs)
    resnet = fitted(classifier(split(df), 'resnet18', pretrained=False, size=64, bs=64, n_items=512))
    yield interleaved('ResNet-18, 64 px, batch 64: against itself in float32, images', 512, resnet, in_float32(resnet), pairs)

def repeated(df, times):
    "Copy the images of a table several times, as files of their own"
    folder, tables = Path(tempfile.mkdtemp()), []
    for i in range(times):
        paths = [shutil.copy(p, folder/f'{i}-{Path(p).name}') for p in df.path]
        tables.append(df.assign(image=df.image+f'-{i}', path=paths))
    return pd.concat(tables, ignore_index=True)

def reading(df, pairs, size=128):
    df = repeated(df, 384//len(df) + 1)
    n, paths = len(df), list(df.path)
    folders = (tempfile.mkdtemp() for _ in itertools.count())
    def pillow(path):
        with Image.open(path) as im:
            im.draft('RGB', (2*size, 2*size))
            return im.convert('RGB').resize((size,size), Image.BICUBIC)
    def pillow_only():
        with ThreadPoolExecutor() as ex: list(ex.map(pillow, paths))
    def decode_and_keep(): PixelCache(size, next(folders)).rows(paths)
    name = f'native jpgs decoded and kept, {size} px: against Pillow alone on all cores, images'
    yield interleaved(name, n, decode_and_keep, pillow_only, pairs)
    data = LesionSet(df, size, sorted(set(df.label)))
    def epoch():
        for i in range(0, n, 64): data.images(list(range(i, min(i+64, n)))).float()
    yield interleaved(f'an epoch from the array, {size} px, batch 64: against decoding, images', n, epoch, pillow_only, pairs)

def writing(pairs, n=512):
    set_seed(0)
    acgan, refine = ConvGenerator(2, size=64, filters=64).eval(), resnet_generator(6, 32).eval()
    acgan.settings['vocab'], refine.settings['size'] = ['MEL','NV'], 64
    folders = (Path(tempfile.mkdtemp()) for _ in itertools.count())
    def both(): translate(refine, generate(acgan, 'NV', n, next(folders)), next(folders))
    @torch.no_grad()
    def networks():
        for _ in range(n//128):
            y = torch.zeros(128, dtype=torch.long)
            for x in acgan(torch.randn(128, acgan.settings['z_dim']), y).split(64): refine(x)
    name = 'generate, refine and write png, 64 px: against the networks alone, images'
    yield interleaved(name, n, both, networks, pairs)

def main(native, report, pairs):
    df = simulate_lesions(tempfile.mkdtemp(), dict(NV=256, MEL=256), size=64).assign(split='train')
    rows = [*training(df, pairs), *writing(pairs)]
    if native: rows += reading(isic2019(native, missing='skip'), pairs)
    if not report: return
    table = pd.DataFrame(rows).assign(hardware=hardware(), threads=torch.get_num_threads(), bf16=skingan.device.has_bf16())
    Path(report).parent.mkdir(parents=True, exist_ok=True)
    table.assign(**versions()).to_csv(report, index=False)

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--native', help='folder with native jpgs')
    p.add_argument('--report', help='csv to write')
    p.add_argument('--pairs', type=int, default=7)
    main(**vars(p.parse_args()))
