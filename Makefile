# Everything that one does here. Each target first makes .venv from the lock, if it is not there yet.
SHELL := /bin/bash -o pipefail
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
EXPERIMENTS ?= 01_from_noise 02_from_nevus
PAPERMILL := $(BIN)/papermill --no-progress-bar
export MPLBACKEND ?= module://matplotlib_inline.backend_inline

.PHONY: help setup demo test test-kill test-tiny lab real export readme check wheel clean

help:
	@echo 'make demo   experiments 1 and 2 on drawn lesions, minutes; leaves runs/demo/*.html and prints the tables'
	@echo 'make demo EXPERIMENTS="03_conditional_wgan 04_gan_variants 05_siim_isic"   the other experiments'
	@echo 'make test   every notebook, every test'
	@echo 'make lab    Jupyter, to step through the notebooks in nbs/'
	@echo 'make real DATA=<folder> SCALE=bench NAME=<data>-<size>px   the experiments on real images, into results/NAME'
	@echo 'make export | readme | check | wheel   for those who change the notebooks'

setup: $(READY)

$(READY): requirements.lock setup.py settings.ini pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "skingan needs Python 3.11 or later")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -r requirements.lock
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m ipykernel install --prefix .venv --name python3 --display-name 'Python 3 (skingan)' >/dev/null
	touch $@

demo: $(READY)
	mkdir -p runs/demo
	set -e; for o in $(EXPERIMENTS); do \
	  echo "$$o: some minutes"; $(PAPERMILL) nbs/experiments/$$o.ipynb runs/demo/$$o.ipynb -p out runs/demo $(PARAMS); \
	  $(BIN)/jupyter nbconvert --log-level=WARN --to html runs/demo/$$o.ipynb; \
	  sed -i -e 's#href="\.\./\([0-9a-z_]*\.ipynb\)#href="../../nbs/\1#g' -e 's#href="\(0[0-9a-z_]*\)\.ipynb#href="\1.html#g' runs/demo/$$o.html; done
	@for o in $(EXPERIMENTS); do cat runs/demo/$$o.txt; echo; done
	@echo 'To look at:' $(EXPERIMENTS:%=runs/demo/%.html)

SCALE ?= bench
real: $(READY)
	@test -n "$(DATA)" -a -n "$(NAME)" || { echo 'make real DATA=<folder of images> NAME=<data>-<size>px [SCALE=bench] [EXPERIMENTS=02_from_nevus]'; exit 2; }
	mkdir -p results/$(NAME)/predictions runs/$(NAME)
	set -e; for o in $(EXPERIMENTS); do \
	  SKINGAN_DATA=$(dir $(abspath $(DATA))) $(PAPERMILL) nbs/experiments/$$o.ipynb runs/$(NAME)/$$o.ipynb \
	    -p data $(notdir $(abspath $(DATA))) -p scale $(SCALE) -p out runs/$(NAME) $(PARAMS); \
	  cp runs/$(NAME)/$$o.ipynb runs/$(NAME)/$${o%%_*}_*.csv results/$(NAME)/; $(BIN)/nbdev-clean --fname results/$(NAME)/$$o.ipynb; done
	set -e; for o in runs/$(NAME)/runs/*-seed*[0-9]/; do [ ! -d $$o ] || cp $$o/predictions.csv results/$(NAME)/predictions/$$(basename $$o).csv; done
	set -e; for o in runs/$(NAME)/*/runs/*-seed*[0-9]/; do [ ! -d $$o ] || { to=results/$(NAME)/predictions/$$(basename $$(dirname $$(dirname $$o))); mkdir -p $$to; gzip -9nc $$o/predictions.csv > $$to/$$(basename $$o).csv.gz; }; done

test: $(READY) check
	OMP_NUM_THREADS=1 $(BIN)/nbdev-test --timing # several notebooks at once, a core each
	$(MAKE) -j2 --output-sync test-kill test-tiny
	@echo 'all notebooks passed'

test-kill: $(READY) # experiments 1 and 2 at scale tiny, killed now and then
	scratch=$$(mktemp -d); set -e; $(BIN)/python benchmarks/kill.py --kills 3 --folder $$scratch; \
	  grep -q cyclegan-8 $$scratch/unbroken/01_from_noise.txt; grep -q nevus-1/2-8 $$scratch/unbroken/02_from_nevus.txt; rm -r $$scratch

TINY := experiments/03_conditional_wgan experiments/04_gan_variants experiments/05_siim_isic tutorials/own_images
test-tiny: $(READY) # the other notebooks without tests of their own, at scale tiny
	scratch=$$(mktemp -d); set -e; for o in $(TINY); do OMP_NUM_THREADS=1 $(PAPERMILL) nbs/$$o.ipynb $$scratch/notebook.ipynb -p scale tiny -p out $$scratch/$${o%%/*}; done; \
	  grep -q 'cwgan_gp-1:3 ' $$scratch/experiments/03_conditional_wgan.txt; grep -q 'acgan_ali_v2: collapsed' $$scratch/experiments/04_gan_variants.txt; grep -q '^smoothing  ' $$scratch/experiments/05_siim_isic.txt; grep -q acgan $$scratch/tutorials/own_images-acgan.txt; rm -r $$scratch

check: $(READY) # the package is what the notebooks export, the notebooks are clean, README is what index.ipynb says
	$(BIN)/python -m pip check
	scratch=$$(mktemp -d) && cp -r skingan nbs README.md $$scratch && $(MAKE) -s export readme && $(BIN)/nbdev-clean && \
	  diff -r -x __pycache__ -x .ipynb_checkpoints $$scratch/skingan skingan && diff -rq -x .ipynb_checkpoints -x runs $$scratch/nbs nbs && diff $$scratch/README.md README.md && rm -r $$scratch || \
	  { echo 'The files named above were not what the notebooks say. They are now: look at them and commit.'; exit 1; }

export: $(READY)
	$(BIN)/nbdev-export

readme: $(READY) # index.ipynb without its hidden cells and outputs
	$(BIN)/jupyter nbconvert --log-level=WARN --to markdown --stdout --ClearOutputPreprocessor.enabled=True --RegexRemovePreprocessor.patterns='#\| hide[\s\S]*' nbs/index.ipynb | \
	  sed -e 's#(images/#(nbs/images/#g' -e 's#(\.\./\(results\|benchmarks\)#(\1#g' -e 's#](\([0-9a-z_/]*\.ipynb\))#](nbs/\1)#g' -e 's/[[:space:]]*$$//' | \
	  awk '/^```$$/ && !code {print "```python"; code=1; next} /^```/ {code=!code} {print}' | cat -s > README.md

wheel: $(READY)
	$(BIN)/python -m build --wheel

lab: $(READY)
	$(BIN)/jupyter lab nbs

clean:
	rm -rf runs build dist *.egg-info
