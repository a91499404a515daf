"""The shape of the package: imports point down; nothing is unpickled, evaluated, printed, swallowed or connected."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import dedup
from dedup._kernels import chosen_name
from tests.command import environment

_ROOT = Path(dedup.__file__).parent
# A module may import what stands in a lower row, and nothing else of the package. Folders are one row for all others;
# inside a folder `base` and tables stand below their siblings, and the folder's own module above them.
_LEVELS = (
    ("version", "errors", "records", "locking", "durable", "signals", "file_names", "_kernels.unicode_file"),
    ("_kernels.unicode", "keep_rules", "packing", "spilling", "compression", "snapshots", "part_files"),
    ("settings", "graphemes", "decompression", "_kernels.reference_arrays"),
    ("_kernels.recipe",),
    ("_kernels.reference_blocks",),
    ("_kernels.reference_lines", "_kernels.reference_fingerprints", "_kernels.reference_visits"),
    ("_kernels.reference_index",),
    ("_kernels.reference",),
    ("_kernels",),
    ("finding", "banding", "memory", "options", "excerpts", "blocks", "shingles", "alignment", "cleaning", "documents"),
    ("rows",),
    ("findings", "minhash", "merging", "visits", "books", "parallel", "places", "fingerprints", "ranking", "numerals"),
    ("pairs", "index"),
    ("drafts",),
    ("embedded",),
    ("working",),
    ("rounds",),
    ("level",),
    (
        "deduplicator",
        "comparison",
        "formats.base",
        "formats.windows",
        "formats.skipping",
        "formats.html_worker",
        "reports",
        "reports.jsonl",
        "reports.terminal",
    ),
    (
        "reports.wording",
        "reports.choice",
        "reports.uris",
        "formats.naming",
        "formats.transcoding",
        "formats.frames",
        "formats.members",
        "formats.warc_framing",
        "formats.wacz",
    ),
    ("reports.lines",),
    ("reports.text", "reports.markdown", "reports.junit"),
    ("reports.findings_json",),
    ("reports.github", "reports.gitlab", "reports.sarif"),
    ("formats.http_bodies", "formats.rows", "formats.table_rows", "formats.table_schema", "formats.table_values"),
    ("formats.parquet_writer", "formats.warc_rewriting"),
    ("formats.html", "formats.arc"),
    ("formats.jsonl", "formats.plain", "formats.separated", "formats.parquet", "formats.warc", "reports.jsonl_reader"),
    ("formats.annotation", "formats.targets"),
    ("formats.conversion",),
    ("formats", "formats.encoded", "keeping"),
    ("api", "salvaging", "observing", "skips"),
    ("sources", "manifest"),
    ("outputs", "output_logs", "reading", "progress"),
    ("passes", "writing", "kept_outputs", "trail", "state_folder"),
    ("run_state", "actions"),
    ("resuming",),
    ("run_writer",),
    ("runs",),
    ("restoring", "matching"),
    ("cli",),
    ("__init__", "__main__"),
)
_LEVEL = {name: level for level, names in enumerate(_LEVELS) for name in names}
_BANNED_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
_NETWORK_MODULES = {"socket", "socketserver", "ssl", "http", "urllib", "xmlrpc", "ftplib", "smtplib", "imaplib",
                    "poplib", "asyncio", "webbrowser", "requests", "urllib3", "httpx", "aiohttp", "fsspec"}  # fmt: skip
_BANNED_CALLS = {"eval", "exec", "compile", "print", "__import__", "breakpoint"}
_BANNED_CATCHES = {"Exception", "BaseException"}


def _name(path: Path) -> str:
    parts = path.relative_to(_ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


_TREES = {_name(path): ast.parse(path.read_text("utf-8")) for path in sorted(_ROOT.rglob("*.py"))}


def _imports(tree: ast.Module) -> Iterator[str]:
    """Full names of what a module imports, wherever in it, names out of modules included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name.removeprefix("dedup.") in _LEVEL else node.module for name in names)


def test_every_module_has_a_level() -> None:
    """The table of levels names every module, and no other."""
    assert sorted(_TREES) == sorted(_LEVEL)


@pytest.mark.parametrize("module", _TREES)
def test_imports_point_down(module: str) -> None:
    """A module imports only modules of lower levels, and never the package's root."""
    for imported in _imports(_TREES[module]):
        if imported.split(".")[0] == "dedup":
            name = imported.removeprefix("dedup").removeprefix(".")
            assert name in _LEVEL, f"{module} imports {imported}"
            assert _LEVEL[name] < _LEVEL[module], f"{module} imports {imported}"


@pytest.mark.parametrize("module", _TREES)
def test_no_module_does_what_is_banned(module: str) -> None:
    """No module unpickles, evaluates, prints, swallows every exception, or can open a network connection."""
    for node in ast.walk(_TREES[module]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in _BANNED_CALLS, f"line {node.lineno}"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"line {node.lineno}"
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            names = {name.id for name in caught if isinstance(name, ast.Name)}
            assert not names & _BANNED_CATCHES, f"line {node.lineno}"
    assert not {name.split(".")[0] for name in _imports(_TREES[module])} & (_BANNED_MODULES | _NETWORK_MODULES)


@pytest.mark.parametrize("module", [name for name in _TREES if name not in ("cli", "options", "progress", "__main__")])
def test_only_the_command_line_knows_the_terminal(module: str) -> None:
    """Nothing but the command line and its progress imports click."""
    assert "click" not in {name.split(".")[0] for name in _imports(_TREES[module])}


def test_the_root_only_imports() -> None:
    """The package's root says what there is and where it is, and imports it when it is asked for."""
    for node in _TREES["__init__"].body[1:]:
        assert isinstance(node, ast.ImportFrom | ast.Import | ast.Assign | ast.If | ast.FunctionDef)
        if isinstance(node, ast.Assign):
            assert [ast.unparse(target) for target in node.targets] in (["__all__"], ["_HOMES"])
        if isinstance(node, ast.FunctionDef):
            assert node.name in ("__getattr__", "__dir__")
    assert sorted([*dedup._HOMES, "__version__"]) == sorted(dedup.__all__)
    assert all(getattr(dedup, name).__module__ == home for name, home in dedup._HOMES.items())
    assert set(dedup.__all__) <= set(dir(dedup))
    with pytest.raises(AttributeError, match="nothing"):
        dedup.nothing  # noqa: B018


def imported_by(*command: str) -> set[str]:
    """The packages that a Python process imports."""
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", *command], capture_output=True, text=True, env=environment(), check=True
    )
    return {line.rsplit("|", 1)[1].strip().split(".")[0] for line in ended.stderr.splitlines() if "|" in line}


_HEAVY = {"datasketch", "scipy", "pandas", "pyarrow", "jinja2", "asyncio", "urllib3", "requests"}


def test_heavy_packages_are_imported_only_when_asked_for(tmp_path: Path) -> None:
    """Neither using the library nor running a command imports what takes long to import and is not needed."""
    text = tmp_path / "a.txt"
    text.write_text("One two three four five six seven.")
    table = tmp_path / "a.csv"
    table.write_text("id,text\n1,One two three four five six seven.\n")
    for command in (
        ["-c", "import dedup; dedup.clean('One two three four five six seven.')"],
        ["-m", "dedup", "clean", str(text), "--dry-run"],
        ["-m", "dedup", "clean", str(table), "--dry-run"],
    ):
        imported = imported_by(*command)
        assert {"dedup", "msgspec"} <= imported
        assert not imported & _HEAVY
        assert "numpy" not in imported or chosen_name() == "reference"


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_the_command_says_at_once_what_it_is(option: str) -> None:
    """The version and the help are shown without importing NumPy, or anything that is slower than click."""
    imported = imported_by("-m", "dedup", option)
    assert {"dedup", "click"} <= imported
    assert not imported & {*_HEAVY, "numpy", "msgspec", "sentencex", "xxhash", "concurrent"}
