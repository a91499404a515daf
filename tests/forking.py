"""Runs the command in processes of its own that need not import it first: they are forks of one that has.

Hundreds of tests run the command, and to import it takes most of their time. A fork has its own memory, streams, folder
and environment, and ends as any Python process does. What Python looks at when it starts (the hash seed, the locale)
is that of the first process, so a test that is about such things starts a process for real.
"""

from __future__ import annotations

import atexit
import gc
import io
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

_MOST = 1 << 20  # bytes of a request: its environment, mostly
_STREAMS = 3
_LOST_OUTPUT = 120  # Python's status if the end of standard output cannot be written


class Forks:
    """A process that has imported the command, and forks."""

    def __init__(self, env: Mapping[str, str]) -> None:
        """Starts it; it ends when this process does."""
        self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            command = [sys.executable, "-m", "tests.forking", str(other.fileno())]
            root = Path(__file__).parents[1]
            self._process = subprocess.Popen(command, pass_fds=[other.fileno()], env=dict(env), cwd=root)

    def run(
        self, given: Sequence[str], stdin: bytes, folder: Path, env: Mapping[str, str], seconds: float
    ) -> tuple[int, bytes, bytes]:
        """Run the command to its end: its status (negative: the signal that ended it), and what it printed."""
        request = json.dumps({"given": list(given), "folder": str(folder), "env": dict(env)}).encode()
        pipes = [os.pipe() for _ in range(_STREAMS)]
        own = [pipes[0][1], pipes[1][0], pipes[2][0]]
        theirs = [pipes[0][0], pipes[1][1], pipes[2][1]]
        assert len(request) < _MOST
        socket.send_fds(self._socket, [request], theirs)
        for stream in theirs:
            os.close(stream)
        printed: list[bytes] = [b"", b""]

        def read(i: int) -> None:
            with os.fdopen(own[1 + i], "rb") as stream:
                printed[i] = stream.read()

        threads = [threading.Thread(target=_write, args=(own[0], stdin))]
        threads += [threading.Thread(target=read, args=(i,)) for i in range(2)]
        for thread in threads:
            thread.start()
        self._socket.settimeout(seconds)
        status = json.loads(self._socket.recv(_MOST))
        for thread in threads:
            thread.join()
        return status, printed[0], printed[1]


def forks(env: Mapping[str, str]) -> Forks | None:
    """The process that forks for such an environment; None where processes cannot be forked."""
    if not (hasattr(os, "fork") and hasattr(socket, "send_fds")):
        return None
    return _forks(tuple(sorted(name for name in env.items() if name[0].startswith(_LOOKED_AT))))


_LOOKED_AT = ("PYTHON", "DEDUP", "LC_", "LANG", "LD_", "OMP_", "OPENBLAS")  # when a process starts


@cache
def _forks(looked_at: tuple[tuple[str, str], ...]) -> Forks:
    others = {name: value for name, value in os.environ.items() if not name.startswith(_LOOKED_AT)}
    return Forks({**others, **dict(looked_at)})


def _write(stream: int, data: bytes) -> None:
    try:
        with os.fdopen(stream, "wb") as opened:
            opened.write(data)
    except BrokenPipeError:
        pass  # the command did not want all of it


def _serve(requests: socket.socket) -> None:
    """Fork for every request, one after another, and say how the fork ended."""
    while True:
        request, streams, _, _ = socket.recv_fds(requests, _MOST, _STREAMS)
        if not request:
            return
        child = os.fork()
        if not child:
            requests.close()
            _become(streams, **json.loads(request))
            _run_and_end()
        for stream in streams:
            os.close(stream)
        _, ended = os.waitpid(child, 0)
        requests.send(json.dumps(os.waitstatus_to_exitcode(ended)).encode())


def _become(streams: Sequence[int], given: Sequence[str], folder: str, env: Mapping[str, str]) -> None:
    """Take over the streams, the folder, the environment and the arguments of a process that runs the command."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = io.TextIOWrapper(os.fdopen(0, "rb"), "utf-8")
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb"), "utf-8")
    sys.stderr = io.TextIOWrapper(os.fdopen(2, "wb", 0), "utf-8", "backslashreplace", write_through=True)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [str(Path(import_module("dedup").__file__ or "").with_name("__main__.py")), *given]
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _run_and_end() -> None:
    """Run the command, and end as Python does, but for taking all modules apart, which would take most of the time."""
    try:
        import_module("dedup.cli").main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    threading._shutdown()  # type: ignore[attr-defined]  # what Python itself calls, in this order
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
    except OSError:
        status = _LOST_OUTPUT
    os._exit(status)


def _import_all() -> None:
    """Import all of the package but what needs libraries that not everybody has, or that are large."""
    package = import_module("dedup")
    for module in pkgutil.walk_packages(package.__path__, "dedup."):
        if not module.name.endswith(("__main__", "html_worker", "native")):
            import_module(module.name)
    import_module("dedup._kernels").chosen()


if __name__ == "__main__":
    _import_all()
    gc.freeze()  # so that no fork looks at, and copies, what all have in common
    _serve(socket.socket(fileno=int(sys.argv[1])))
