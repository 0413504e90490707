"""Does the package work for someone who has nothing else? The wheel is built and installed into an empty environment.

    python benchmarks/wheel.py

1. With what importing needs alone: every room is imported, README's blocks run on 40 images of 600 x 450 pixels,
   and `skingan-run` says what is missing.
2. With `skingan[notebooks]`: the notebooks are copied out, and papermill executes the tutorial at preset `tiny`.
"""
import json, os, subprocess, sys, tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
IMPORTS = 'import importlib, pkgutil, skingan; [importlib.import_module(o.name) for o in ' \
          'pkgutil.iter_modules(skingan.__path__, "skingan.") if o.name != "skingan._modidx"]'
FOLDER = """
from PIL import Image
from skingan.simulate import simulate_lesions
for label,n in dict(NV=20, DF=10, MEL=10).items():
    for path in simulate_lesions(f'my_lesions/{label}', {label: n}, size=600).path:
        Image.open(path).crop((0, 75, 600, 525)).save(path)
"""

def say(*args, **kwargs):
    "Run a command, and return what it prints"
    return subprocess.run([str(o) for o in args], check=True, stdout=subprocess.PIPE, text=True, **kwargs).stdout

def readme_blocks():
    text = (PROJECT/'README.md').read_text(encoding='utf-8')
    return '\n'.join(part.split('```')[0] for part in text.split('```python\n')[1:])

def environment(folder):
    "Make an empty environment; return the folder of its commands"
    say(sys.executable, '-m', 'venv', folder)
    return folder/('Scripts' if os.name == 'nt' else 'bin')

def install(bin, wheel, extra):
    say(bin/'python', '-m', 'pip', 'install', '-q', '-c', PROJECT/'requirements.lock', f'{wheel}{extra}')

def try_package(bin, work):
    "Try what importing needs alone"
    say(bin/'python', '-c', IMPORTS, cwd=work)
    say(bin/'python', '-c', FOLDER + readme_blocks(), cwd=work)
    missing = subprocess.run([bin/'skingan-run', '01_from_noise'], cwd=work, capture_output=True, text=True)
    if "pip install 'skingan[notebooks]'" not in missing.stderr: sys.exit(f'not said what is missing: {missing.stderr}')

def try_notebooks(bin, work):
    "Try what `skingan[notebooks]` adds"
    say(bin/'skingan-notebooks', 'mine', cwd=work)
    folder = work/'mine/tutorials'
    say(bin/'papermill', 'own_images.ipynb', 'done.ipynb', '-p', 'preset', 'tiny', cwd=folder)
    cells = json.loads((folder/'done.ipynb').read_text(encoding='utf-8'))['cells']
    print(sum(o['cell_type'] == 'code' for o in cells), 'cells of the tutorial ran')
    if not (work/'mine/runs').is_dir(): sys.exit('results are not beside the notebooks')

if __name__ == '__main__':
    os.environ.pop('MPLBACKEND', None) # make sets it
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary).resolve()
        (work/'try').mkdir()
        os.environ['SKINGAN_CACHE'] = str(work/'try/pixels')
        say(sys.executable, '-m', 'build', '--outdir', work, PROJECT) # the source archive, and the wheel from it
        wheel, = work.glob('skingan-*.whl')
        bin = environment(work/'empty')
        install(bin, wheel, '')
        try_package(bin, work/'try')
        print('imports, README and what is missing: as they should be', flush=True)
        install(bin, wheel, '[notebooks]')
        try_notebooks(bin, work/'try')
