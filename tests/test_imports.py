"""index <- rag <- eval <- ui: nothing imports what stands above it, and the public names are those promised."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDER = ("index", "rag", "eval", "ui")
FORBIDDEN = {"pickle", "joblib", "dill", "shelve", "marshal"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def modules(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found, folder
    return found


def test_no_module_imports_from_a_folder_above_it() -> None:
    for place, folder in enumerate(ORDER):
        above = set(ORDER[place + 1 :])
        for path in modules(folder):
            upward = {name for name in imported(path) if name.split(".")[0] in above}
            assert not upward, f"{path.relative_to(ROOT)} imports {upward}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    paths = {name_of(path): path for folder in ORDER for path in modules(folder)}
    arrows = {name: {n for n in top_level_imports(path) if n in paths and n != name} for name, path in paths.items()}
    finished: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join([*above, name])
        if name not in finished:
            for other in arrows[name]:
                walk(other, (*above, name))
            finished.add(name)

    for name in paths:
        walk(name, ())


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def top_level_imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            submodules = {f"{node.module}.{alias.name}" for alias in node.names}
            known = {name for name in submodules if (ROOT / Path(*name.split("."))).with_suffix(".py").exists()}
            names |= known or {node.module}
    return names


def test_nothing_that_can_run_code_is_ever_loaded() -> None:
    for folder in ORDER:
        for path in modules(folder):
            assert not imported(path) & FORBIDDEN, path
            text = path.read_text(encoding="utf-8")
            assert "trust_remote_code=True" not in text and "torch.load" not in text, path
            assert "read_index" not in text and "write_index" not in text, path


@pytest.mark.slow
def test_importing_the_api_loads_no_heavy_library() -> None:
    heavy = "{'torch', 'faiss', 'gradio', 'transformers', 'sentence_transformers', 'sklearn'}"
    code = f"import sys, rag, ui.cli; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "[]"


def test_the_public_api_is_what_the_readme_says() -> None:
    import rag

    assert set(rag.__all__) == {
        "Alternative", "Answer", "Citation", "Document", "Filter", "Hit", "Outcome", "Passage", "Span",
        "SyncReport", "Turn", "ask", "open_library", "retrieve",
    }  # fmt: skip
    assert all(hasattr(rag, name) for name in rag.__all__)
