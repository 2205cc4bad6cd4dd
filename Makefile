# Needs Python 3.11 or newer; everything is installed into .venv.
PYTHON ?= python3
BIN = .venv/bin
INSTALLED = .venv/installed
LIBRARY = .quoteback/examples
QUESTION = What did the repair at Kettle Bay cost?

.PHONY: demo serve test fast lint peers figures clean

demo: $(INSTALLED)
	$(BIN)/quoteback sync examples/library --library $(LIBRARY)
	$(BIN)/quoteback ask "$(QUESTION)" --library $(LIBRARY)
	@echo "Open the chat window: make serve"

serve: $(INSTALLED)
	$(BIN)/quoteback sync examples/library --library $(LIBRARY)
	$(BIN)/quoteback serve --library $(LIBRARY) --example "$(QUESTION)" --example "Who chairs the board?" \
		--example "How many passengers were carried in 2023?" --example "When was the Agnes Pellow built?" \
		--example "How many cars will the Josiah Thorne carry?"

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

# The table of README.md, the reader's own scores and its speed; writes README.md and docs/figures.json. DATA holds rag/ (documents/, dev.jsonl, test.jsonl) and reading/
# (written.json.gz, squad2-heldout.json.gz); about half an hour.
figures: $(INSTALLED)
	test -d "$(DATA)" || (echo "Say where the questions are: make figures DATA=FOLDER" >&2; exit 2)
	$(BIN)/quoteback sync $(DATA)/rag/documents --library .quoteback/public
	$(BIN)/quoteback sync examples/library --library $(LIBRARY)
	$(BIN)/quoteback eval $(DATA)/rag/dev.jsonl --library .quoteback/public --out .quoteback/dev
	$(BIN)/quoteback eval $(DATA)/rag/test.jsonl --library .quoteback/public --out .quoteback/test
	$(BIN)/quoteback eval eval/data/examples.jsonl --library $(LIBRARY) --out .quoteback/asked
	$(BIN)/python -m eval.readme "1,061 public documents, \`dev\`=.quoteback/dev/report.json" \
		"the same, \`test\`=.quoteback/test/report.json" "\`examples/library\`=.quoteback/asked/report.json"
	$(BIN)/quoteback calibrate --gold $(DATA)/rag/dev.jsonl --library .quoteback/public --error-rate 0.25 \
		--out .quoteback/calibration.json
	$(BIN)/python -m rag.training.evaluate --squad $(DATA)/reading/squad2-heldout.json.gz
	$(BIN)/python -m rag.training.evaluate --squad $(DATA)/reading/written.json.gz --last 0.08
	$(BIN)/python -m rag.training.evaluate --model torch --squad $(DATA)/reading/squad2-heldout.json.gz
	$(BIN)/python -m rag.training.evaluate --model torch --squad $(DATA)/reading/written.json.gz --last 0.08
	$(BIN)/python -m rag.speed

peers: .venv-peers/installed

.venv-peers/installed: pyproject.toml constraints.txt
	test -d .venv-peers || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[peers]"
	touch $@

clean:
	rm -rf .venv .venv-peers .quoteback
