# What one does here. Each target first makes .venv from the lock, if it is not there yet.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
RUN := $(BIN)/skingan-run
CHECK := $(BIN)/python -m skingan.maintain
EXPERIMENTS ?= 01_from_noise 02_from_nevus
OTHERS := 03_conditional_wgan 04_gan_variants 05_siim_isic 06_models 07_exchange_rate own_images any_generator
PRESET ?= bench
SET ?= seed=0
CLUSTER ?=
WITH = $(SET) $(if $(CLUSTER),cluster=$(CLUSTER))
demo: CLUSTER := $(or $(CLUSTER),2)
export OMP_WAIT_POLICY ?= PASSIVE
export MPLBACKEND ?= module://matplotlib_inline.backend_inline

.PHONY: help setup docs demo face test test-slow test-notebooks test-kill test-tiny test-gpu test-wheel lab real prepare check wheel clean

help:
	@echo 'make demo      experiments 1 and 2 on simulated lesions, minutes; prints the tables, leaves runs/demo/index.html'
	@echo '               on two workers; CLUSTER=4: on four; or the address of a Dask scheduler (for make real, too)'
	@echo 'make test      every notebook, and every test but the slow ones'
	@echo 'make test-slow  the slow ones: coverage of intervals, class overlap of simulated lesions, three noise models, two'
	@echo '               GANs that are or are not caught copying'
	@echo 'make test-wheel  the package as others get it, in an empty environment'
	@echo 'make lab       Jupyter, to step through the notebooks in nbs/'
	@echo 'make docs      the notebooks as pages, with the API and a search: build/docs/html/index.html'
	@echo 'make real DATA=<folder> NAME=<data>-<size>px [PRESET=bench] [EXPERIMENTS=...] [SET="seed=1 ..."]'
	@echo '               experiments on real images; runs/NAME/index.html to look at;'
	@echo '               what is worth keeping goes into results/NAME'
	@echo 'make prepare | check | face | wheel   for those who change the notebooks (CONTRIBUTING.md)'

setup: $(READY)

$(READY): requirements.lock setup.py settings.ini pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "skingan needs Python 3.11 or later")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -r requirements.lock
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m ipykernel install --prefix .venv --name python3 --display-name 'Python 3 (skingan)' >/dev/null
	touch $@

demo: $(READY)
	$(RUN) $(EXPERIMENTS) --preset demo --out runs/demo --html --set $(WITH)

real: $(READY)
	@test -n "$(DATA)" -a -n "$(NAME)" || { $(MAKE) help; exit 2; }
	$(RUN) $(EXPERIMENTS) --preset $(PRESET) --data "$(DATA)" --out "runs/$(NAME)" --html --keep "results/$(NAME)" --set $(WITH)

test: $(READY) check test-notebooks
	$(MAKE) -j2 --output-sync test-kill test-tiny test-gpu
	@echo 'all notebooks passed'

test-notebooks: $(READY) # several at once, a core each
	SKINGAN_CACHE=$(CURDIR)/runs/test-cache OMP_NUM_THREADS=1 $(BIN)/nbdev-test --timing

test-slow: $(READY) # simulated lesions, noise models, evidence, memorisation
	OMP_NUM_THREADS=1 $(BIN)/nbdev-test --flags slow --file-re '02_|20_|25_|43_|50_'

test-kill: $(READY) # experiments 1 and 2 at preset tiny, killed now and then
	$(BIN)/python benchmarks/kill.py --kills 2

test-tiny: $(READY) # the notebooks without tests of their own, at preset tiny
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/tiny.py $(OTHERS) on_a_cluster

test-gpu: $(READY) # what is made for a GPU, on the CPU: the benchmark, and a replicate in two parts
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/gpu.py --device cpu --tiny --report runs/test-gpu/gpu.csv
	rm -rf runs/test-gpu/out
	for minutes in 1 20; do OMP_NUM_THREADS=1 $(BIN)/python benchmarks/replicate.py --data simulated --preset tiny \
		--minutes $$minutes --out runs/test-gpu/out --archive runs/test-gpu/kept.tar.gz || exit; done
	tar tzf runs/test-gpu/kept.tar.gz | grep predictions/real-replicate0

prepare: $(READY) # what follows from the notebooks, then all tests
	$(CHECK) --tidy-up
	$(MAKE) test

check: $(READY) # also whether the notebooks that a reader sees first were executed by the present code
	$(BIN)/python -m pip check
	$(CHECK) --faces

face: $(READY) # execute the notebooks that a reader sees first, by the present code
	$(CHECK) --faces --face $(EXPERIMENTS) $(OTHERS)

test-wheel: $(READY) # the wheel in an empty environment: a download of gigabytes, so no part of make test
	$(BIN)/python benchmarks/wheel.py

wheel: $(READY) # the source archive, and the wheel from it
	$(BIN)/python -m build

docs: $(READY) # what it needs is no part of the lock, and is installed once; versions of the lock stay
	$(BIN)/python -c 'import furo, math_core, myst_nb' 2>/dev/null || $(BIN)/python -m pip install -q \
		--disable-pip-version-check -c requirements.lock --no-build-isolation -e '.[docs]'
	$(BIN)/python -m skingan.site

lab: $(READY)
	$(BIN)/jupyter lab nbs

clean:
	rm -rf runs build dist _proc *.egg-info
