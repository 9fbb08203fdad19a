"""A trial runs as `python train.py` would have run by hand, however it was started."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.core.model import Exited, Signalled
from tests.fakes.workshop import Workshop

SCRIPTS = {
    "ends well": "print('done')",
    "ends with a code": "import sys; print('x'); sys.exit(7)",
    "ends with a code past a byte": "raise SystemExit(300)",
    "ends with a text": "import sys; sys.exit('no data')",
    "ends with none": "raise SystemExit",
    "raises": "def f():\n    raise ValueError('bad')\n\nprint('before')\nf()\n",
    "raises from a cause": """
        try:
            1 / 0
        except ZeroDivisionError as e:
            raise KeyError('k') from e
    """,
    "does not parse": "print('x')\ndef (:\n",
    "dies at import": "import no_such_module_anywhere",
    "has its own excepthook": "import sys\nsys.excepthook = lambda *a: print('hook', a[0])\n1/0",
    "has a broken excepthook": "import sys\nsys.excepthook = 3\nprint('x')",
    "is interrupted": "raise KeyboardInterrupt",
    "kills itself": "import os; os.kill(os.getpid(), 9)",
    "is terminated by itself": "import os; os.kill(os.getpid(), 15)",
    "leaves at once": "import os; print('x', flush=True); os._exit(9)",
    "has exit handlers": """
        import atexit
        atexit.register(print, 'first'); atexit.register(print, 'last')
    """,
    "has a failing exit handler": "import atexit\natexit.register(lambda: 1/0)",
    "ends before its thread": """
        import threading, time
        threading.Thread(target=lambda: (time.sleep(0.05), print("thread"))).start()
        print("main")
    """,
    "never closes its file": """
        import atexit, os
        import kept
        f = open("rows.csv", "w"); f.write("row")
        kept.f = open("kept.csv", "w"); kept.f.write("kept")
        if os.fork() == 0:
            os._exit(0)
        os.wait()
    """,
    "has finalizers": """
        class Writer:
            def __del__(self): print("closed")
        w = Writer(); loop = Writer(); loop.me = loop
    """,
    "looks around": """
        import sys, os, signal
        print(__name__, __file__, __package__, __spec__, __doc__, sys.argv, sys.flags)
        print(sys.path, os.getcwd(), sys.orig_argv[2:], sys.executable, sys.warnoptions)
        print(sorted(k for k in globals()))
        print(sys.modules["__main__"].__dict__ is globals(), sys.stdin.read())
        print([s for s in signal.valid_signals() if signal.getsignal(s) != signal.SIG_DFL])
        print(signal.pthread_sigmask(signal.SIG_BLOCK, ()), sys.stdout.encoding, sys.gettrace())
        print(sorted(os.environ))
    """,
    "uses the future of others": "def f(x: nonsense = 1): pass",
    "pickles its own class": """
        import pickle
        class A: pass
        print(type(pickle.loads(pickle.dumps(A()))))
    """,
    "forks workers": """
        import multiprocessing as mp
        def f(x): return x * x
        if __name__ == "__main__":
            with mp.get_context("fork").Pool(2) as pool: print(pool.map(f, range(4)))
    """,
    "spawns workers": """
        import multiprocessing as mp
        def f(x): return x * x
        if __name__ == "__main__":
            with mp.get_context("spawn").Pool(1) as pool: print(pool.map(f, range(4)))
    """,
    "forks and both fall through": "import os\nif os.fork(): os.wait()\nprint('here')",
    "execs another program": "import os; os.execlp('sh', 'sh', '-c', 'echo other; exit 4')",
    "closes its output": "import os\nos.close(1)\nos.close(2)\n",
    "runs subprocesses": "import subprocess; subprocess.run(['echo', 'hello'], check=True)",
}


@pytest.fixture(params=["spawn", "zygote"])
def start(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def as_a_terminal_would() -> None:
    """Undo what `nohup` or a job runner around the tests made their children ignore."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


def by_hand(argv: list[str], cwd: Path, env: dict[str, str]) -> tuple[int, str]:
    with (cwd / "by_hand.log").open("wb") as log:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
            preexec_fn=as_a_terminal_would,
        )
    return done.returncode, (cwd / "by_hand.log").read_text()


def environment(shop: Workshop) -> dict[str, str]:
    """Give the environment that a script run by hand needs to see what its trial sees."""
    own = dict.fromkeys(
        ("TUI_TUNER_TRIAL", "TUI_TUNER_ATTEMPT", "TUI_TUNER_TRIAL_DIR", "TUI_TUNER_ATTEMPT_DIR"), ""
    )
    had = os.environ.get("PYTHONPATH")
    path = f"{shop.root / 'sdk'}:{had}" if had else str(shop.root / "sdk")
    return {**os.environ, **own, "PYTHONUNBUFFERED": "1", "PYTHONPATH": path}


def without_addresses(text: str) -> str:
    return re.sub(r"0x[0-9a-f]+", "0x", text)


async def compare(shop: Workshop, *argv: str) -> None:
    code, output = by_hand([sys.executable, *argv], shop.root, environment(shop))
    spec = shop.spec(sys.executable, *argv)
    process = await shop.launch(spec)
    ended = await shop.end(spec)
    assert (process.start, process.note) == (shop.start, None)
    assert without_addresses(shop.output(spec)) == without_addresses(output)
    assert code == (-ended.exit.signal if isinstance(ended.exit, Signalled) else ended.exit.code)


@pytest.mark.parametrize("what", SCRIPTS)
async def test_a_script_that(what: str, start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script("", "kept.py")
        shop.script(SCRIPTS[what])
        await compare(shop, "train.py", "--lr=0.1", "--name=a b")
        if what == "never closes its file":
            assert (tmp_path / "rows.csv").read_text() == "row"
            assert (tmp_path / "kept.csv").read_text() == "kept"


async def test_a_script_in_a_folder_of_its_own(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script("x = 'the neighbour'", "code/neighbour.py")
        shop.script(
            "import neighbour, sys; print(neighbour.x, sys.path, __file__)", "code/train.py"
        )
        await compare(shop, "-u", "code/train.py")


async def test_a_module(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script("x = 1", "pkg/__init__.py")
        shop.script(
            """
            import sys
            from . import x
            print(x, sys.argv, sys.path, __name__, __spec__.name)
            1 / 0
            """,
            "pkg/train.py",
        )
        await compare(shop, "-m", "pkg.train", "--lr=1")


async def test_a_module_that_does_not_exist(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        await compare(shop, "-m", "pkg.nothing")


async def test_a_script_that_does_not_exist(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        await compare(shop, "nothing.py")


async def test_the_environment_is_the_sweeps_own(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start, HOME_ONLY="1", UNWANTED="1", PYTHONSAFEPATH="1") as shop:
        shop.script("import os; print([os.environ.get(k) for k in os.environ['ASKED'].split()])")
        names = (
            "HOME_ONLY UNWANTED EXTRA TUI_TUNER_TRIAL TUI_TUNER_ATTEMPT TUI_TUNER_TRIAL_DIR "
            "TUI_TUNER_ATTEMPT_DIR OMP_NUM_THREADS MKL_NUM_THREADS PYTHONSAFEPATH"
        )
        spec = shop.spec(
            trial=7, threads=3, env={"ASKED": names, "EXTRA": "x=y\nz", "UNWANTED": None}
        )
        ended = await shop.run(spec)
        trial_dir = tmp_path / "trials" / "0007"
        expected = ["1", None, "x=y\nz", "t0007", "1", str(trial_dir)]
        expected += [str(trial_dir / "attempts" / "1"), "3", "3", None]
        assert ended.exit == Exited(code=0, tail=str(expected))


async def test_a_user_keeps_the_python_path(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start, PYTHONPATH="lib") as shop:
        shop.script("x = 'from lib'", "lib/mine.py")
        shop.script("x = 'from sdk'", "sdk/theirs.py")
        shop.script("import mine, theirs; print(mine.x, theirs.x)")
        ended = await shop.run(shop.spec())
        assert ended.exit == Exited(code=0, tail="from lib from sdk")


async def test_two_trials_never_share_random_numbers(start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script(
            "import random, uuid, multiprocessing as mp\n"
            "print(random.random(), uuid.uuid4(), mp.current_process().authkey)"
        )
        specs = [shop.spec(trial=n, preload=("random", "multiprocessing")) for n in (1, 2)]
        for spec in specs:
            await shop.run(spec)
        first, second = (shop.output(spec).split() for spec in specs)
        assert not set(first) & set(second)


@pytest.mark.parametrize("layout", ["engine.py", "engine/__init__.py", "engine/thing.py"])
async def test_a_script_gets_its_own_engine(layout: str, start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script("mine = 'my own'", layout)
        inside = "engine.thing" if "thing" in layout else "engine"
        shop.script(f"import {inside} as engine, sys; print(engine.mine)\nprint(sys.path)")
        spec = shop.spec()
        process = await shop.launch(spec)
        assert process.start == start
        assert str((await shop.end(spec)).exit) == "exit 0"
        assert shop.output(spec).startswith("my own\n")
        assert str(Path(__file__).parents[2]) not in shop.output(spec).split("'")[1:2]


@pytest.mark.parametrize("name", ["runner", "zygote", "record", "marks", "preload", "boot"])
async def test_our_own_file_names_stay_free(name: str, start: str, tmp_path: Path) -> None:
    async with Workshop(tmp_path, start) as shop:
        shop.script("mine = 'my own'", f"{name}.py")
        shop.script(f"import {name}; print({name}.mine)")
        spec = shop.spec()
        process = await shop.launch(spec)
        assert process.start == start
        assert (await shop.end(spec)).exit == Exited(code=0, tail="my own")
