"""Turns a child forked from a zygote into what `python script.py` or `python -m module` would be.

Standard library only, Python 3.8 syntax; all it needs is imported before the fork. Where a forked
child would differ from a fresh interpreter (random state, `__main__`, paths, exit), this file makes
the difference go away. It leaves by `os._exit`: tearing torch down costs more than a short trial.
"""

from __future__ import annotations

import atexit
import builtins
import gc
import importlib.machinery
import io
import os
import runpy
import signal
import sys
import threading
import time
import traceback
import types
from contextlib import suppress
from typing import Any, Callable, Dict

from . import exceptions, marks, threads

_INTERRUPTED = -2


def become_script(request: Dict[str, Any]) -> None:
    """Run the request's script or module as the main program of this process; never returns."""
    _set_environment(request["env"])
    marks.mark_process(request["attempt_dir"])
    threads.set_threads(request["threads"])
    _reseed()
    sys.argv = list(request["python"]["argv"])
    sys.orig_argv = list(request["argv"])
    main = _clean_main()
    os.close(request["ready"])
    module, script = request["python"]["module"], request["python"]["script"]
    if module:
        code = _guard(lambda: _run_module(module), request["attempt_dir"])
    else:
        code = _guard(lambda: _run_script(script, main), request["attempt_dir"])
    _leave(code, main)


def _set_environment(env: Dict[str, str]) -> None:
    for name in [name for name in os.environ if name not in env]:
        del os.environ[name]
    for name, value in env.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
    time.tzset()


def _reseed() -> None:
    """Draw fresh random state: all children of a zygote would share it. `random` does so itself."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random:
        numpy_random.seed()
    torch = sys.modules.get("torch")
    if torch:
        torch.default_generator.seed()
    process = sys.modules.get("multiprocessing.process")
    if process:
        process.current_process().authkey = os.urandom(32)
        process.ORIGINAL_DIR = os.getcwd()  # type: ignore[attr-defined]


def _clean_main() -> types.ModuleType:
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = builtins
    if sys.version_info < (3, 14):
        vars(main)["__annotations__"] = {}
    sys.modules["__main__"] = main
    return main


def _run_module(name: str) -> None:
    sys.path.insert(0, os.getcwd())
    runpy._run_module_as_main(name)  # type: ignore[attr-defined]


def _run_script(path: str, main: types.ModuleType) -> None:
    try:
        with io.open_code(os.path.abspath(path)) as file:
            source = file.read()
    except OSError as fault:
        told = f"can't open file {os.path.abspath(path)!r}: [Errno {fault.errno}] {fault.strerror}"
        sys.stderr.write(f"{sys.executable}: {told}\n")
        raise SystemExit(2) from None
    main.__file__ = os.path.abspath(path) if sys.version_info >= (3, 9) else path
    main.__loader__ = importlib.machinery.SourceFileLoader("__main__", main.__file__)
    main.__dict__["__cached__"] = None
    sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
    exec(compile(source, main.__file__, "exec", dont_inherit=True), main.__dict__)


def _guard(run: Callable[[], None], attempt_dir: str) -> int:
    """Run it as the interpreter runs a main program; return what the process should exit with."""
    try:
        run()
    except SystemExit as leaving:
        return _exit_code(leaving.code)
    except BaseException as fault:  # noqa: BLE001 - as the interpreter does: show it, exit with 1
        exceptions.tell(fault, attempt_dir)
        _show(fault)
        return _INTERRUPTED if isinstance(fault, KeyboardInterrupt) else 1
    return 0


def _exit_code(code: Any) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF if -(1 << 63) <= code < 1 << 63 else 0xFF
    sys.stdout.flush()
    sys.stderr.write(str(code) + "\n")
    return 1


def _show(fault: BaseException) -> None:
    """Print the traceback as from a plain run: without the frames of this file."""
    trace = fault.__traceback__
    while trace and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    try:
        sys.stdout.flush()
        sys.excepthook(type(fault), fault.with_traceback(trace), trace)
    except BaseException:  # noqa: BLE001 - a broken excepthook of the script
        traceback.print_exc()


def _leave(code: int, main: types.ModuleType) -> None:
    """End as the interpreter would: join threads, run exit handlers, flush every file."""
    for step in (threading._shutdown, atexit._run_exitfuncs):  # type: ignore[attr-defined]
        try:
            step()
        except BaseException:  # noqa: BLE001 - a thread's or an exit handler's own fault
            traceback.print_exc()
    if threading.active_count() == 1:
        _clear(main)
    _flush_files()
    if not _flush_streams() and code == 0:
        code = 120
    if code == _INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(code)


def _clear(main: types.ModuleType) -> None:
    """Let go of the script's own objects, so that their finalizers run."""
    names = main.__dict__
    for private in (True, False):
        for name in list(names):
            if name.startswith("_") is private and name != "__builtins__":
                names[name] = None
    gc.collect()


def _flush_files() -> None:
    """Flush files that the script never closed; its garbage would have been finalized."""
    kinds = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)
    for thing in gc.get_objects():
        if issubclass(type(thing), kinds) and not thing.closed:
            with suppress(OSError, ValueError):
                thing.flush()


def _flush_streams() -> bool:
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except (OSError, ValueError):
            return False
    return True
