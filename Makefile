# Two commands are enough: `make run` and `make test`. What builds and starts things is in setup/.

HOST ?= 127.0.0.1
PORT ?= 8000

# What Python has compiled is kept, in a folder of its own, also where it is told to leave none in
# source folders: importing Rasa takes three times as long without.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.pycache
unexport PYTHONDONTWRITEBYTECODE

# Any Python from 3.8 on starts the rest; a name on the PATH may stand for nothing, so each is tried.
PYTHON := $(shell for each in python3 /usr/bin/python3 /usr/local/bin/python3 python; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null && echo "$$each" && break; \
	done)
SETUP = @$(if $(PYTHON),$(PYTHON),echo "✗ Python is missing: install python3 (3.8 or newer), then try again." >&2; false) -m setup
WEB = @$(if $(wildcard .venv/bin/python),,echo "✗ Nothing is built yet: make install, then try again." >&2; false;) \
	.venv/bin/python -m web migrate >/dev/null && .venv/bin/python -m web

.DEFAULT_GOAL := help
.PHONY: help run test lint types house unit bot journeys install train lock evaluate evaluate-on staff hours erase purge backup clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

run: ## Build what is missing and start everything (PORT=8000 HOST=127.0.0.1)
	$(SETUP) run --host "$(HOST)" --port "$(PORT)"

test: ## Everything that CI checks
	$(SETUP) test

lint: ## Part of the tests: style of the code (ruff)
	$(SETUP) lint

types: ## Part of the tests: types (mypy, strict)
	$(SETUP) types

house: ## Part of the tests: import order and the rules of the house
	$(SETUP) house

unit: ## Part of the tests: unit and integration tests, on SQLite and PostgreSQL
	$(SETUP) unit

bot: ## Part of the tests: data validation, training, stories, components
	$(SETUP) bot

journeys: ## Part of the tests: journeys in a browser
	$(SETUP) journeys

install: ## Build both environments and the model, start nothing
	$(SETUP) install

train: ## Train the model again
	$(SETUP) train

lock: ## Resolve requirements/*.in again
	$(SETUP) lock

evaluate: ## Measure how well questions are understood (ARGS=--write updates docs/understanding.*)
	$(SETUP) evaluate $(ARGS)

evaluate-on: ## The same pipeline on your data: CSVs of text,label (TRAIN=… TEST=… OOS=… SHARE=…)
	$(SETUP) evaluate-on "$(TRAIN)" "$(TEST)" $(if $(OOS)$(SHARE),"$(OOS)" "$(SHARE)")

staff: ## Invite somebody of the team: a one-time link (EMAIL=… ROLE=administrator NAME=…)
	$(WEB) staff --email "$(EMAIL)" --role "$(ROLE)" --name "$(NAME)" --host "$(HOST)" --port "$(PORT)"

hours: ## Exceptional closures and openings (ARGS='close 2026-12-24 --reason "…"')
	$(WEB) hours $(or $(ARGS),list)

erase: ## Erase one person's data (ID=… or EMAIL=…)
	$(WEB) erase $(if $(ID),--id "$(ID)") $(if $(EMAIL),--email "$(EMAIL)")

purge: ## Remove what is older than its retention
	$(WEB) purge

backup: ## Copy the database while it runs (FILE=…)
	$(WEB) backup $(if $(FILE),--file "$(FILE)")

clean: ## Remove environments, models and caches; data in var/ stays
	rm -rf .venv .venv-rasa .venv-tools .pycache .rasa models web/static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
