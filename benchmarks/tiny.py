"""Do the notebooks run from beginning to end? Each at preset `tiny`, in a folder that is removed; the tables must hold what is listed here.

    python benchmarks/tiny.py 03_conditional_wgan 04_gan_variants
"""
import sys, tempfile
from pathlib import Path
from skingan.command import execute, notebooks, run_notebook

EXPECTED = { # notebook: (file of its tables, text in it)
    '01_from_noise': ('01_from_noise.txt', 'cyclegan-8'),
    '02_from_nevus': ('02_from_nevus.txt', 'nevus-1/2-8'),
    '03_conditional_wgan': ('03_conditional_wgan.txt', 'cwgan_gp-1:3 '),
    '04_gan_variants': ('04_gan_variants.txt', 'acgan_ali_v2: collapsed'),
    '05_siim_isic': ('05_siim_isic.txt', '\nsmoothing  '),
    '06_models': ('06_models.txt', '\ndiffusion  '),
    '07_exchange_rate': ('07_exchange_rate.txt', 'acgan-8: worth'),
    'own_images': ('own_images-acgan.txt', 'acgan'),
    'any_generator': ('any_generator.txt', '- copier: '),
    'on_a_cluster': None} # it has no preset and no tables
ONE_REPLICATE = ('04_gan_variants','06_models','07_exchange_rate') # others try two, where preset tiny has two

def check_tables(name, out, file, text):
    tables = (out/file).read_text(encoding='utf-8')
    if text not in tables: sys.exit(f'{name}: {text!r} is not in its tables:\n{tables}')

def run_as_it_is(name, out):
    "Run a notebook that has no parameters"
    out.mkdir(parents=True)
    run_notebook(notebooks()[name], out/f'{name}.ipynb', cwd=str(out))
    return out/f'{name}.ipynb'

def try_notebook(name, folder):
    out = Path(folder)/name
    expected = EXPECTED[name]
    parameters = dict(preset='tiny') | (dict(replicates=1) if name in ONE_REPLICATE else {})
    executed = execute(name, out, parameters) if expected else run_as_it_is(name, out)
    if '<progress' in executed.read_text(encoding='utf-8'): sys.exit(f'{name}: a progress bar was left behind')
    if expected: check_tables(name, out, *expected)
    print(f'{name}: ran at preset tiny', flush=True)

if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or EXPECTED: try_notebook(name, folder)
