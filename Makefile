# Needs Python 3.11 or newer and nothing else; everything is installed into .venv.
PYTHON ?= python3
BIN = .venv/bin
INSTALLED = .venv/installed
LIBRARY = .quoteback/examples
QUESTION = How many passengers did the ferries carry in 2023?

.PHONY: demo serve test fast lint peers clean

demo: $(INSTALLED)
	$(BIN)/quoteback sync examples/library --library $(LIBRARY)
	$(BIN)/quoteback ask "$(QUESTION)" --library $(LIBRARY)
	@echo "Open the chat window: make serve"

serve: $(INSTALLED)
	$(BIN)/quoteback sync examples/library --library $(LIBRARY)
	$(BIN)/quoteback serve --library $(LIBRARY) --example "$(QUESTION)" --example "Who chairs the board?" \
		--example "What did the repair at Kettle Bay cost?" --example "When was the Agnes Pellow built?" \
		--example "How many cars can the Josiah Thorne carry?"

test: $(INSTALLED)-dev
	@./tests/browser.sh
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest

fast: $(INSTALLED)-dev
	$(BIN)/pytest --hypothesis-profile fast -m "not models and not browser and not slow"

lint: $(INSTALLED)-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

$(INSTALLED): pyproject.toml constraints.txt
	test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(INSTALLED)-dev: pyproject.toml constraints.txt
	test -d .venv || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $(INSTALLED) $@

peers: .venv-peers/installed

.venv-peers/installed: pyproject.toml constraints.txt
	test -d .venv-peers || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[peers]"
	touch $@

clean:
	rm -rf .venv .venv-peers .quoteback
