"The package's metadata is in settings.ini; its version in skingan/__init__.py."
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup

here = Path(__file__).parent
config = ConfigParser(interpolation=None)
config.read(here/'settings.ini', encoding='utf-8')
cfg = config['DEFAULT']

notebooks = {f'skingan.notebooks.{o}': f'nbs/{o}' for o in ('experiments', 'tutorials')} # they travel in the wheel

setup(
    name=cfg['lib_name'], description=cfg['description'], keywords=cfg['keywords'].split(),
    author=cfg['author'], license=cfg['license'], license_files=['LICENSE', 'NOTICE'],
    long_description=(here/'README.md').read_text(encoding='utf-8'), long_description_content_type='text/markdown',
    packages=['skingan', 'skingan.tables', *notebooks], package_dir=notebooks,
    package_data={'skingan.tables': ['*.csv'], **dict.fromkeys(notebooks, ['*.ipynb'])},
    python_requires='>=' + cfg['min_python'], install_requires=cfg['requirements'].split(),
    extras_require={'dev': cfg['dev_requirements'].split()},
)
