"""floor.c: what the work costs in C on one core, without Unicode, verification or report. See there."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from contenders.common import Clock, run


def documents(corpus: Path, _jobs: int, clock: Clock) -> list[str]:
    """The ids that the program keeps; its phases become those of the clock."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as answer:
        command = [os.environ["BENCHMARK_FLOOR"], str(corpus), answer.name]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        clock.seconds.update(json.loads(printed))
        return answer.read().splitlines()


if __name__ == "__main__":
    run("floor.c", documents=documents)
