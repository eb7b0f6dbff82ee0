# One command each: `make run`, `make test`. Both set up what they need on a fresh machine with Python 3, pip and git.
PYTHON ?= python3
# Of pytest, side by side: many tests wait for processes and for time, so one more than this is made for has cores.
WORKERS ?= 3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev widget-package run train trained test check checked cluster format docs coverage evaluate topic language bench bench-channels lock clean

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup:  ## environments, widget, desk
	@$(PYTHON) tools/setup.py

setup-dev:
	@$(PYTHON) tools/setup.py --dev

widget-package: setup  ## the widget as an npm package, in concierge/web/dist
	@cd concierge/web && PATH="$(CURDIR)/.tools/bin:$$PATH" npm run --silent pack && cd dist && PATH="$(CURDIR)/.tools/bin:$$PATH" npm pack --silent ./package

run: setup  ## set up, train if needed, start everything; Ctrl-C stops it
	@$(BIN)/concierge run

cluster: setup  ## fronts, assistants, PostgreSQL and nginx with TLS, as plain processes; Ctrl-C stops them
	@$(BIN)/python -m tools.cluster

train: setup trained  ## train if the data changed

check: setup-dev checked  ## lint, formatting, types, topics, languages

test: setup-dev  ## set up, check, train if needed, all tests (needs Chromium: see README)
	@$(MAKE) --no-print-directory --jobs=2 checked trained  # training keeps one core busy
	$(BIN)/pytest -n $(WORKERS) || { [ $$? -eq 1 ] && $(BIN)/python -m tools.again; }

checked:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/concierge topics check
	$(BIN)/concierge languages check

trained:
	@$(BIN)/concierge train

format: setup-dev  ## format and sort imports
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup  ## draw the pictures of docs/architecture.md anew
	$(BIN)/python -m tools.architecture

coverage: setup-dev train  ## branches that the tests reach; fails below 90 % in policy, orders, dialogue, channels
	rm -rf var/coverage && mkdir -p var/coverage
	CONCIERGE_FRONT_PYTHON=$(CURDIR)/$(BIN)/python $(BIN)/coverage run -m pytest -q tests/policy tests/orders tests/dialogue tests/actions tests/channels
	$(BIN)/coverage combine -q
	$(BIN)/coverage html -q -d results/coverage
	$(BIN)/coverage json -q -o var/coverage/report.json
	$(BIN)/python tools/coverage_gate.py var/coverage/report.json

evaluate: train  ## how well it understands: report in results/
	$(BIN)/concierge evaluate

topic: setup  ## a new topic's template: make topic NAME=gift_wrapping
	@$(BIN)/concierge topics new "$(NAME)"

language: setup  ## a new language's files: make language CODE=pt [FALLBACK=es]
	@$(BIN)/concierge languages new "$(CODE)" --fallback "$(or $(FALLBACK),en)"

bench: setup-dev train  ## speed, side by side; results in bench/results
	$(BIN)/python -m bench

bench-channels: setup-dev  ## a thousand messages with faults on each messaging channel: some ten minutes; results in bench/results
	$(BIN)/python -m bench.channels

lock: setup  ## lock the requirements anew, with hashes
	.tools/bin/uv pip compile -q --python-version 3.10.13 --universal --generate-hashes --no-emit-index-url requirements.in -o requirements.txt
	.tools/bin/uv pip compile -q --python-version 3.11 --universal --generate-hashes --no-emit-index-url requirements-front.in -o requirements-front.txt
	.tools/bin/uv pip compile -q --python-version 3.10.13 --universal --generate-hashes --no-emit-index-url requirements-dev.in -o requirements-dev.txt
	.tools/bin/uv pip compile -q --python-version 3.10.13 --universal --generate-hashes --no-emit-index-url requirements-deploy.in -o requirements-deploy.txt
	.tools/bin/uv pip compile -q --python-version 3.10.13 --universal --generate-hashes --no-emit-index-url requirements-web.in -o requirements-web.txt

clean:  ## everything a fresh clone does not have
	rm -rf .venv .venv-front .venv-deploy .tools .rasa var concierge/static concierge/web/node_modules concierge/web/src/generated
