"""The shape of the code: who may import whom, and what no module may do."""

from __future__ import annotations

import ast
import importlib.util
import json
import textwrap
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.scripts import output_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]

#: The engine from the ground up. A module may import from the rows above its own, never from its
#: own row or below; a package counts as one. A new module gets its place here.
LAYERS = (
    ("errors",),
    (
        "access",
        "alignment",
        "aside",
        "chat",
        "console",
        "folders",
        "folding",
        "language",
        "mojibake",
        "phrases",
        "pieces",
        "progress",
        "sample",
        "settings",
        "tex",
        "thirdparty",
        "wording",
    ),
    ("serving", "snapshots", "topicmap"),
    ("tokens",),
    ("grams", "medoids", "subtopics", "tablefiles", "traits", "trend_bursts", "wordsearch"),
    (
        "diction",
        "drawing",
        "mapfiles",
        "palette",
        "places",
        "matches",
        "remnants",
        "store",
        "terms",
        "themefile",
        "trend_tests",
        "vocabulary",
    ),
    ("text",),
    ("sources",),
    ("extras", "outcomes", "reading", "sameness"),
    ("duplicates",),
    ("gathering",),
    ("corpus",),
    ("encoders", "known"),
    ("communities", "contrast", "meaning", "neighbours"),
    ("embedding", "placement", "selection"),
    ("projection", "clustering"),
    ("second_pass",),
    ("consensus", "hierarchy", "memberships", "model", "stability"),
    ("newcomers", "themes", "trends", "quality", "usage"),
    ("choosing",),
    ("names",),
    ("labels",),
    ("edits", "relabelling"),
    (
        "artefact",
        "exports",
        "faithfulness",
        "limits",
        "search",
        "threshold",
        "trend_lines",
        "trend_verdicts",
    ),
    ("curation", "ledger", "publishing", "trend_wording"),
    ("drafts",),
    ("report",),
    ("reports", "standalone"),
    ("edit_commands", "edit_flags", "preview", "report_flags"),
    ("describing",),
    ("stages",),
    ("naming", "theming"),
    ("tables",),
    ("fitting", "growth"),
    ("cluster",),
    ("flags", "pipeline"),
    ("regrouping",),
    ("commands", "updating", "watching"),
    ("build_summaries",),
    ("cli",),
)

#: What the dashboard may use: modules that read a map, none that fits one.
READ_SIDE = {
    "access",
    "artefact",
    "curation",
    "drafts",
    "contrast",
    "drawing",
    "edits",
    "encoders",
    "errors",
    "exports",
    "extras",
    "faithfulness",
    "limits",
    "matches",
    "meaning",
    "neighbours",
    "palette",
    "placement",
    "progress",
    "report",
    "reports",
    "selection",
    "settings",
    "standalone",
    "text",
    "themefile",
    "threshold",
    "topicmap",
    "traits",
    "trend_lines",
    "trend_verdicts",
    "trend_wording",
    "trends",
    "wording",
    "wordsearch",
    "vocabulary",
}

#: Libraries that one module alone may import.
HOMES = {
    "bertopic": "topics.model",
    "hdbscan": "topics.clustering",
    "wordllama": "topics.encoders.static",
    "sentence_transformers": "topics.encoders.transformer",
    "torch": "topics.encoders.transformer",
}

#: Ways to run what a file says, or to keep objects as code.
UNSAFE_IMPORTS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__"}
UNSAFE_OPTIONS = {"unsafe_allow_html", "unsafe_allow_javascript"}

ARRAY_READERS = {"np.load", "numpy.load"}
CONSOLE = {"sys.stdout", "sys.stderr"}

MAX_MODULE, MAX_FUNCTION = 450, 60

FITTING = ["bertopic", "hdbscan", "numba", "torch", "umap"]
HEAVY = [
    *FITTING,
    "numpy",
    "pandas",
    "plotly",
    "pyarrow",
    "scipy",
    "sklearn",
    "streamlit",
    "wordllama",
]


@dataclass(frozen=True)
class Module:
    """One source file."""

    path: Path

    @cached_property
    def name(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"), filename=str(self.path))

    def imports(self) -> Iterator[str]:
        """Every module imported anywhere in the file, for types only or not, by full name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{self.name} imports by dots: write the name in full"
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    yield full if full in MODULES else str(node.module)

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


SOURCES = [
    Module(path) for folder in ("topics", "dashboard") for path in (ROOT / folder).rglob("*.py")
]
MODULES = {module.name: module for module in SOURCES}
TESTS = [Module(path) for path in (ROOT / "tests").rglob("*.py")]


def _unit(name: str) -> str:
    """``topics.sources.hf_page`` → ``sources``; empty for the package itself."""
    return name.removeprefix("topics").removeprefix(".").partition(".")[0]


def _level(unit: str) -> int:
    for level, layer in enumerate(LAYERS):
        if unit in layer:
            return level
    raise AssertionError(f"topics.{unit} has no place in the layers of {__file__}: give it one")


def _root(name: str) -> str:
    return name.partition(".")[0]


def test_there_is_something_to_look_at() -> None:
    assert {"topics", "topics.artefact", "dashboard.app"} <= MODULES.keys()


def test_the_engine_imports_downwards_only() -> None:
    wrong = []
    for module in SOURCES:
        own = _unit(module.name)
        if _root(module.name) != "topics" or not own:
            continue
        for name in module.imports():
            other = _unit(name)
            if _root(name) != "topics" or other == own:
                continue
            if not other or _level(other) >= _level(own):
                wrong.append(f"{module.name} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_the_engine_knows_no_screen() -> None:
    wrong = [
        f"{module.name} imports {name}"
        for module in SOURCES
        for name in module.imports()
        if (_root(module.name) == "topics" and _root(name) in {"streamlit", "plotly", "dashboard"})
        or _root(name) == "tests"
    ]
    assert not wrong, "\n".join(wrong)


def test_the_dashboard_only_reads() -> None:
    wrong = [
        f"{module.name} imports {name}"
        for module in SOURCES
        for name in module.imports()
        if _root(module.name) == "dashboard"
        and _root(name) == "topics"
        and _unit(name) not in READ_SIDE
    ]
    assert not wrong, "\n".join(wrong)


def test_libraries_stay_in_their_homes() -> None:
    wrong = [
        f"{module.name} imports {name}, which belongs into {HOMES[_root(name)]}"
        for module in SOURCES
        for name in module.imports()
        if _root(name) in HOMES and module.name != HOMES[_root(name)]
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_unsafe_is_imported() -> None:
    wrong = [
        f"{module.name} imports {name}"
        for module in SOURCES
        for name in module.imports()
        if _root(name) in UNSAFE_IMPORTS
    ]
    assert not wrong, "\n".join(wrong)


def test_nothing_unsafe_is_called() -> None:
    wrong = []
    for module in SOURCES:
        for call in module.calls():
            options = {option.arg: ast.unparse(option.value) for option in call.keywords}
            called = ast.unparse(call.func)
            if (
                called in UNSAFE_CALLS
                or options.keys() & UNSAFE_OPTIONS
                or options.get("allow_pickle", "False") != "False"
                or (called in ARRAY_READERS and "allow_pickle" not in options)
            ):
                wrong.append(f"{module.path}:{call.lineno}: {ast.unparse(call)}")
    assert not wrong, "\n".join(wrong)


def test_only_the_command_line_prints() -> None:
    wrong = [
        f"{module.path}:{node.lineno}: {ast.unparse(node)}"
        for module in SOURCES
        if module.name != "topics.cli"
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "pprint", "input"})
        or (isinstance(node, ast.Attribute) and ast.unparse(node) in CONSOLE)
    ]
    assert not wrong, "\n".join(wrong)


def test_modules_and_functions_stay_short() -> None:
    wrong = []
    for module in (*SOURCES, *TESTS):
        lines = len(module.path.read_text(encoding="utf-8").splitlines())
        if lines > MAX_MODULE:
            wrong.append(f"{module.name} has {lines} lines")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > MAX_FUNCTION:
                    wrong.append(f"{module.name}.{node.name} has {length} lines")
    assert not wrong, "\n".join(wrong)


def test_public_modules_say_what_is_public() -> None:
    wrong = []
    for module in SOURCES:
        assigned = {
            ast.unparse(target)
            for node in module.tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
        }
        is_empty = all(isinstance(node, ast.Expr) for node in module.tree.body)
        private = module.name.rpartition(".")[2].startswith("_")
        if not (is_empty or private or "__all__" in assigned):
            wrong.append(module.name)
    assert not wrong, "\n".join(wrong)


# --------------------------------------------------------------- what a process loads


def _loaded_after(code: str, heavy: list[str], **environment: str) -> list[str]:
    """Those of the modules that a fresh interpreter holds after running some code."""
    ask = f"import json, sys; print(json.dumps([m for m in {heavy} if m in sys.modules]))"
    printed = output_of(f"{textwrap.dedent(code)}\n{ask}", **environment)
    found: list[str] = json.loads(printed.splitlines()[-1])
    return found


def test_importing_the_engine_is_light() -> None:
    assert _loaded_after("import topics", HEAVY) == []


def test_asking_for_help_is_light() -> None:
    code = """
        import sys
        from topics.cli import main
        sys.argv = ["papermap", "--help"]
        try:
            code = main()
        except SystemExit as stop:
            code = stop.code
        assert not code, code
    """
    assert _loaded_after(code, HEAVY) == []


def test_the_dashboard_loads_nothing_that_fits() -> None:
    names = sorted(name for name in MODULES if name.partition(".")[0] == "dashboard")
    assert _loaded_after("\n".join(f"import {name}" for name in names), FITTING) == []


def test_showing_a_map_loads_nothing_that_fits(tmp_path: Path) -> None:
    code = """
        import os
        from pathlib import Path
        from streamlit.testing.v1 import AppTest
        from tests.factories import write_map

        write_map(Path(os.environ["PAPERMAP_MAPS"]), papers=40)
        page = AppTest.from_file("dashboard/app.py", default_timeout=60).run()
        assert not page.exception, page.exception
    """
    assert _loaded_after(code, FITTING, PAPERMAP_MAPS=str(tmp_path / "map")) == []


def test_the_default_environment_has_no_torch() -> None:
    if importlib.util.find_spec("sentence_transformers") is not None:
        pytest.skip("the transformer extra is installed")
    assert importlib.util.find_spec("torch") is None
