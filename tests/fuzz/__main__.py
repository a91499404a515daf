"""python -m tests.fuzz TARGET_MODULE CORPUS_FOLDER_OR_INPUT [libFuzzer's options]"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import cast

import atheris

from tests.fuzz.harness import Target, judge, write_seeds

_OPTIONS = ("-timeout=60", "-rss_limit_mb=1024")


def main() -> None:
    """Fuzz until told to stop, or until a defect is found. The process ends in libFuzzer."""
    name, corpus, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["dedup"]):
        target = cast("Target", importlib.import_module(name))
        for seed in target.seeds():
            judge(target, seed)  # imports what is imported late
    if not Path(corpus).is_file():
        write_seeds(target, Path(corpus))
    atheris.Setup([name, corpus, *_OPTIONS, *options], lambda data: judge(target, data))
    atheris.Fuzz()


main()
