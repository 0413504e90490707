"The package's metadata is in settings.ini; its version in skingan/__init__.py."
import os
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup

here = Path(__file__).parent
config = ConfigParser(interpolation=None)
config.read(here/'settings.ini', encoding='utf-8')
cfg = config['DEFAULT']

urls = dict(line.split(', ') for line in cfg['urls'].splitlines())
source = os.environ.get('SKINGAN_SOURCE') # address of the repository, set where a release is built
if source: urls.update(Source=source, Issues=f'{source}/issues', Changelog=f'{source}/blob/main/CHANGELOG.md')

folders = {f'skingan.notebooks.{o}': f'nbs/{o}' for o in ('experiments', 'tutorials', 'images')}
notebooks = {'skingan.notebooks': 'nbs', **folders} # they travel in the wheel
for_notebooks, for_clusters = (cfg[f'{o}_requirements'].split() for o in ('notebooks','cluster'))
for_development = for_notebooks + for_clusters + cfg['dev_requirements'].split()

setup(
    name=cfg['lib_name'], description=cfg['description'], keywords=cfg['keywords'].split(),
    author=cfg['author'], license=cfg['license'], license_files=['LICENSE', 'NOTICE'], project_urls=urls,
    long_description=(here/'README.md').read_text(encoding='utf-8'), long_description_content_type='text/markdown',
    packages=['skingan', 'skingan.page', 'skingan.tables', *notebooks], package_dir=notebooks,
    package_data={'skingan.page': ['*.j2', '*.css', '*.json'], 'skingan.tables': ['*.csv'],
                  **dict.fromkeys(notebooks, ['*.ipynb', '*.png'])},
    python_requires='>=' + cfg['min_python'], install_requires=cfg['requirements'].split(),
    extras_require={'notebooks': for_notebooks, 'cluster': for_clusters, 'dev': for_development,
                    'docs': cfg['docs_requirements'].split()},
)
