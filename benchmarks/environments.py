"""Who competes, in which versions; and an environment for each, made once under a folder.

    python benchmarks/environments.py CACHE [NAME ...]

`dedup`, `dedup_blocks`, `dedup_exact` and `plain_set` run under the Python that runs the benchmarks, which must have
this library.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Contender:
    """One line of the table.

    Attributes:
        requirements: What pip installs; empty for those that need no environment.
        python: The Python it wants (`3.12`), or empty for the one that runs the benchmarks.
        verifies: What a duplicate is checked against before it is removed.
        reports: What it says about a removal.
        environment: Whose environment it shares, if not its own.
    """

    requirements: tuple[str, ...] = ()
    python: str = ""
    verifies: str = "nothing"
    reports: str = "which are kept"
    environment: str = ""


CONTENDERS: dict[str, Contender] = {
    "dedup": Contender(
        verifies="exact Jaccard of the texts", reports="spans, kept copy, similarity, edits; can be restored"
    ),
    "dedup_blocks": Contender(
        verifies="exact Jaccard of the texts", reports="spans, kept copy, similarity, edits; can be restored"
    ),
    "dedup_exact": Contender(
        verifies="equality of the tokens", reports="spans, kept copy, similarity, edits; can be restored"
    ),
    "floor": Contender(),
    "datasketch": Contender(("datasketch==2.0.0",), reports="ids of candidates"),
    "rensa": Contender(("rensa==0.5.0", "numpy==2.4.6"), verifies="Jaccard estimated from the signatures"),
    "rensa_rho": Contender(reports="flags, on the first of a group too", environment="rensa"),
    "daft": Contender(("daft==0.7.26", "pyarrow==25.0.1", "numpy==2.4.6"), reports="signatures"),
    "datatrove": Contender(("datatrove[io,processing]==0.10.1",), python="3.12", reports="cluster ids, if asked for"),
    "text_dedup": Contender(
        ("text-dedup==0.4.1",), python="3.12", verifies="exact Jaccard of the texts", reports="cluster ids"
    ),
    "fastsketchlsh": Contender(("FastSketchLSH==1.0.1", "numpy==2.4.6"), reports="ids of candidates"),
    "gaoya": Contender(
        ("gaoya==0.2.2", "numpy==2.4.6"), verifies="Jaccard estimated from the signatures", reports="ids and estimates"
    ),
    "dolma": Contender(("dolma==1.2.1",), python="3.11", reports="spans"),
    "dolma_ngrams": Contender(reports="spans and shares of n-grams seen", environment="dolma"),
    "plain_set": Contender(verifies="equality of the texts", reports="spans"),
}


def environment_of(name: str, cache: Path) -> Path | None:
    """The folder of a contender's environment, or None if it runs under this Python."""
    contender = CONTENDERS[name]
    if contender.environment:
        return environment_of(contender.environment, cache)
    return cache / name if contender.requirements else None


def python_of(name: str, cache: Path) -> Path:
    """The Python to run a contender with."""
    folder = environment_of(name, cache)
    return folder / "bin" / "python" if folder else Path(sys.executable)


def find_python(version: str) -> str:
    """An interpreter of this version, on the path or in pyenv's usual place.

    Raises:
        FileNotFoundError: If there is none.
    """
    if not version or version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    on_path = shutil.which(f"python{version}")
    candidates = [on_path] if on_path else []
    candidates += map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for candidate in candidates:
        # On the path may stand a script of pyenv's that only says where that version is.
        if not subprocess.run([candidate, "-c", ""], check=False, stderr=subprocess.DEVNULL).returncode:
            return candidate
    raise FileNotFoundError(f"no Python {version} was found")


def make_environment(name: str, cache: Path) -> None:
    """Make the environment of one contender, unless it is there."""
    folder = environment_of(name, cache)
    if name == "floor":
        build_floor(cache)
    if folder is None or folder.name != name or (folder / "complete").exists():
        return
    contender = CONTENDERS[name]
    subprocess.run([find_python(contender.python), "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    # The pip that comes with Python may search for hours where a newer one finds versions that fit.
    subprocess.run([*pip, "--upgrade", "pip"], check=True)
    subprocess.run([*pip, *contender.requirements], check=True)
    (folder / "complete").touch()


def floor_program(cache: Path) -> Path:
    """Where the compiled floor.c stands."""
    return cache / "floor" / "floor"


def build_floor(cache: Path) -> None:
    """Compile floor.c for this machine, always anew: it takes a second."""
    program = floor_program(cache)
    program.parent.mkdir(parents=True, exist_ok=True)
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-O3", "-march=native", str(HERE / "floor.c"), "-o", str(program)], check=True)


def try_environment(name: str, cache: Path) -> bool:
    """Make one environment; say what came of it."""
    try:
        make_environment(name, cache)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{name}: {error}", flush=True)
        return False
    print(f"{name}: ready", flush=True)
    return True


def main() -> int:
    """Make the environments asked for; say which could not be made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("names", nargs="*", help="contenders; all if left out")
    options = parser.parse_args()
    made = [try_environment(name, options.cache.resolve()) for name in options.names or CONTENDERS]
    return 0 if all(made) else 1


if __name__ == "__main__":
    sys.exit(main())
