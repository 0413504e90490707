# Everything that one does here. Each target first makes .venv from the lock, if it is not there yet.
SHELL := /bin/bash -o pipefail
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
NB := nbs/experiments/01_from_noise.ipynb
export MPLBACKEND ?= module://matplotlib_inline.backend_inline

.PHONY: help setup demo test lab real export readme check wheel clean

help:
	@echo 'make demo   the experiments on drawn lesions, minutes; leaves runs/demo/*.html and prints the tables'
	@echo 'make test   every notebook, every test'
	@echo 'make lab    Jupyter, to step through the notebooks in nbs/'
	@echo 'make real DATA=<folder> SCALE=bench NAME=<data>-<size>px   experiment 1 on real images, into results/NAME'
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
	$(BIN)/papermill --no-progress-bar $(NB) runs/demo/01_from_noise.ipynb -p out runs/demo
	$(BIN)/jupyter nbconvert --log-level=WARN --to html runs/demo/01_from_noise.ipynb
	@cat runs/demo/tables.txt
	@echo; echo 'To look at: runs/demo/01_from_noise.html'

SCALE ?= bench
real: $(READY)
	@test -n "$(DATA)" -a -n "$(NAME)" || { echo 'make real DATA=<folder of images> NAME=<data>-<size>px'; exit 2; }
	mkdir -p results/$(NAME) runs/$(NAME)
	SKINGAN_DATA=$(dir $(abspath $(DATA))) $(BIN)/papermill --no-progress-bar $(NB) runs/$(NAME)/01_from_noise.ipynb \
	  -p data $(notdir $(abspath $(DATA))) -p scale $(SCALE) -p out runs/$(NAME)
	cp runs/$(NAME)/01_from_noise.ipynb results/$(NAME)/ && cp runs/$(NAME)/rows.csv results/$(NAME)/01_from_noise.csv
	mkdir -p results/$(NAME)/predictions && for o in runs/$(NAME)/runs/*/; do cp $$o/predictions.csv results/$(NAME)/predictions/$$(basename $$o).csv; done
	$(BIN)/nbdev-clean --fname results/$(NAME)/01_from_noise.ipynb

test: $(READY) check
	OMP_NUM_THREADS=1 $(BIN)/nbdev-test --timing # several notebooks at once, a core each
	scratch=$$(mktemp -d) && tiny="$(BIN)/papermill --no-progress-bar $(NB) $$scratch/01.ipynb -p scale tiny -p out $$scratch/run" && \
	  $$tiny && grep -q cyclegan-8 $$scratch/run/tables.txt && mv $$scratch/run/tables.txt $$scratch/first.txt && \
	  $$tiny && cmp $$scratch/first.txt $$scratch/run/tables.txt && rm -r $$scratch # the second time everything is read
	@echo 'all notebooks passed'

check: $(READY) # the package is what the notebooks export, the notebooks are clean, README is what index.ipynb says
	$(BIN)/python -m pip check
	scratch=$$(mktemp -d) && cp -r skingan nbs README.md $$scratch && $(MAKE) -s export readme && $(BIN)/nbdev-clean && \
	  diff -r -x __pycache__ -x .ipynb_checkpoints $$scratch/skingan skingan && diff -rq -x .ipynb_checkpoints -x runs $$scratch/nbs nbs && diff $$scratch/README.md README.md && rm -r $$scratch || \
	  { echo 'The files named above were not what the notebooks say. They are now: look at them and commit.'; exit 1; }

export: $(READY)
	$(BIN)/nbdev-export

readme: $(READY) # index.ipynb without its hidden cells and outputs
	$(BIN)/jupyter nbconvert --log-level=WARN --to markdown --stdout --ClearOutputPreprocessor.enabled=True --RegexRemovePreprocessor.patterns='#\| hide[\s\S]*' nbs/index.ipynb | \
	  sed -e 's#(images/#(nbs/images/#g' -e 's#(../results#(results#g' -e 's#](\([0-9a-z_/]*\.ipynb\))#](nbs/\1)#g' -e 's/[[:space:]]*$$//' | \
	  awk '/^```$$/ && !code {print "```python"; code=1; next} /^```/ {code=!code} {print}' | cat -s > README.md

wheel: $(READY)
	$(BIN)/python -m build --wheel

lab: $(READY)
	$(BIN)/jupyter lab nbs

clean:
	rm -rf runs build dist *.egg-info
