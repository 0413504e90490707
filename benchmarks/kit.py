"""Collect what a machine with PyTorch and a GPU, but without a network, needs to run skingan: the wheels of the package and
of all that it depends on, PyTorch's own apart, and the benchmarks. There, with the folder `kit`:

    pip install --no-index --no-deps kit/*.whl

    python benchmarks/kit.py --python 3.12 --without numpy pillow scipy scikit-learn timm     # what that machine has already
"""
import argparse, re, shutil, subprocess, sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYTORCH = r'torch|torchvision|triton|nvidia-.*|cuda-.*' # of PyTorch
NEVER = r'spacy|thinc|.*jupyterlab.*|ipywidgets|widgetsnbextension' # fastai asks for spacy, for texts; nothing here reads texts

def needed(name, found, there, extra=''):
    "Add a package, with an extra, and all that it requires there to the set `found`"
    name = canonicalize_name(name)
    if name in found or re.fullmatch(f'{PYTORCH}|{NEVER}', name): return
    found.add(name)
    try: texts = requires(name) or []
    except PackageNotFoundError: return
    for o in map(Requirement, texts):
        if not o.marker or o.marker.evaluate({'extra': extra, **there}): needed(o.name, found, there)

def locked(names, there):
    "Return `name==version` of each package in requirements.lock"
    lines = [o for o in Path('requirements.lock').read_text().splitlines() if '==' in o and o[0] != '#']
    pins = [o for o in map(Requirement, lines) if not o.marker or o.marker.evaluate(there)]
    found = {canonicalize_name(o.name): f'{o.name}{o.specifier}' for o in pins}
    missing = sorted(names - set(found))
    if missing: raise SystemExit(f'requirements.lock has no {", ".join(missing)}')
    return [found[o] for o in sorted(names)]

def download(pins, python, folder):
    "Download the wheels for 64-bit Linux, whatever this machine is"
    platforms = [f'--platform=manylinux{o}_x86_64' for o in ('_2_34','_2_28','_2_27','_2_17','2014')]
    subprocess.run([sys.executable, '-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', *platforms,
                    f'--python-version={python}', '--implementation=cp', '-d', folder, *pins], check=True)

def main(python, without, folder):
    there = dict(python_version=python, python_full_version=f'{python}.0', sys_platform='linux', os_name='posix')
    found = set()
    needed('skingan', found, there, extra='notebooks')
    needed('psutil', found, there) # of replicate.py
    subprocess.run([sys.executable, '-m', 'build', '-q', '--outdir', folder], check=True)
    names = found - set(map(canonicalize_name, without)) - {'skingan'}
    download(locked(names, there), python, folder)
    for o in 'gpu.py','replicate.py': shutil.copy(Path(__file__).with_name(o), folder)
    wheels = sorted(Path(folder).glob('*.whl'))
    print(f'{len(wheels)} wheels, {sum(o.stat().st_size for o in wheels)/2**20:.0f} MB, in {folder}')

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--python', default='3.12', help='version there')
    p.add_argument('--without', nargs='*', default=[], help='packages that are there already')
    p.add_argument('--folder', default='kit')
    main(**vars(p.parse_args()))
