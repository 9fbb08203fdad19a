"""The process that models proposes what the method would, and the engine outlives it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.config.schema import Config, Metric
from engine.core.edits import SpaceVersion
from engine.core.observing import Observation
from engine.modelling.base import ModelError
from engine.modelling.process import COMMAND, ModelProcess
from engine.proposing import ConfiguredProposals
from engine.search.base import Proposal
from engine.space.build import build_space
from engine.space.keeper import document_of
from tests.fakes.real_sweep import RealSweep, wait_until

SPACE, _ = build_space(
    {"lr": {"min": 1e-4, "max": 1.0, "scale": "log"}, "opt": {"values": ["sgd", "adam"]}}
)
CONFIG = Config(name="s", path="", folder="", metric=Metric(name="a"), space=SPACE, method="tpe")
VERSIONS = [SpaceVersion(version=1, at=0.0, document=document_of(SPACE))]


def results(count: int) -> list[Observation]:
    source = ConfiguredProposals(CONFIG, 5)
    made = [source.propose(index, VERSIONS, [])[0] for index in range(count)]
    return [
        Observation(
            number=number,
            params=proposal.params,
            space_version=1,
            status="complete",
            steps=(1, 2),
            values=(1.0, abs(proposal.params["lr"] - 0.1)),
        )
        for number, proposal in enumerate(made, 1)
        if isinstance(proposal, Proposal)
    ]


@asynccontextmanager
async def model_of(**options: Any) -> AsyncIterator[ModelProcess]:
    model = ModelProcess(CONFIG, 3, **options)
    await model.start()
    try:
        yield model
    finally:
        await model.close()


def patched(code: str) -> Sequence[str]:
    """The process, with something done to it first."""
    return (*COMMAND[:2], "-c", f"{code}\nfrom engine.modelling.__main__ import main\nmain()")


async def test_it_proposes_what_the_method_would_propose_here() -> None:
    news = results(15)
    in_flight = [Observation(number=-1, params=news[3].params, space_version=1, status="open")]
    here = ConfiguredProposals(CONFIG, 3)
    expected = here.propose(20, VERSIONS, news, in_flight)
    async with model_of() as model:
        await model.tell(VERSIONS, news[:7])
        await model.tell((), news[7:])
        assert await model.make(20, in_flight) == expected
        assert await model.make(21, ()) == here.propose(21, VERSIONS, [])
        assert expected[0].source.method == "tpe"  # type: ignore[union-attr]


async def test_one_that_is_killed_says_so_and_proposes_the_same_once_it_is_told_again() -> None:
    news = results(12)
    async with model_of() as model:
        await model.tell(VERSIONS, news)
        before = await model.make(12, ())
        assert model.pid is not None
        os.kill(model.pid, signal.SIGKILL)
        with pytest.raises(ModelError, match="killed by SIGKILL"):
            await model.make(13, ())
        assert not model.alive
        await model.start()
        await model.tell(VERSIONS, news)
        assert await model.make(12, ()) == before


async def test_one_that_hangs_is_given_up() -> None:
    async with model_of(answer_s=0.3) as model:
        assert model.pid is not None
        os.kill(model.pid, signal.SIGSTOP)
        await model.tell(VERSIONS, results(3))
        with pytest.raises(ModelError, match="it was silent for"):
            await model.make(3, ())
        assert not model.alive


async def test_a_method_that_raises_gives_one_line_and_lives_on() -> None:
    break_it = (
        "from engine.search.tpe import Tpe\n"
        "def suggest(self, training, index): raise ValueError('no\\x1b[2J way\\nmore')\n"
        "Tpe.suggest = suggest"
    )
    async with model_of(command=patched(break_it)) as model:
        await model.tell(VERSIONS, results(12))
        for _ in range(2):
            with pytest.raises(ModelError, match=r"^ValueError: no␛\[2J way$"):
                await model.make(12, ())
        assert model.alive


async def test_one_that_cannot_begin_says_so() -> None:
    async with model_of(command=patched("raise SystemExit(7)")) as model:
        with pytest.raises(ModelError, match="exit status 7"):
            await model.make(0, ())
    with pytest.raises(ModelError, match="cannot be started"):
        await ModelProcess(CONFIG, 3, command=("/no/such/python",)).start()


async def test_a_hangup_or_an_interrupt_is_not_meant_for_it() -> None:
    async with model_of() as model:
        await model.tell(VERSIONS, results(12))
        await model.make(0, ())
        assert model.pid is not None
        for number in (signal.SIGHUP, signal.SIGINT):
            os.kill(model.pid, number)
        await model.make(12, ())
        assert model.alive


ENGINE = """
import asyncio
from tests.integration.test_asking_worker import CONFIG, VERSIONS, results
from engine.modelling.process import ModelProcess

async def main():
    model = ModelProcess(CONFIG, 3)
    await model.start()
    await model.tell(VERSIONS, results(12))
    await model.make(12, ())
    print(model.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_it_goes_when_the_engine_is_killed() -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", ENGINE], cwd=root, stdout=-1) as engine:
        assert engine.stdout is not None
        model = os.pidfd_open(int(engine.stdout.readline()))
        try:
            engine.kill()
            gone, _, _ = select.select([model], [], [], 20.0)
            assert gone
        finally:
            os.close(model)


def test_the_engine_itself_imports_no_library_of_models() -> None:
    code = """
import sys
from contextlib import suppress
import engine.__main__
from engine.errors import UsageError
from msgspec.structs import replace
from engine.search.registry import METHODS
from engine.space.build import build_space
from engine.modelling.sources import sources_of
from tests.integration.test_asking_worker import CONFIG
space, _ = build_space({"lr": {"min": 0.0, "max": 1.0}})
learning = [name for name, method in METHODS.items() if method and method.learns]
for name in learning:
    with suppress(UsageError):  # an extra that is not installed
        _, found = sources_of(replace(CONFIG, method=name, space=space), 0)
        assert found is not None
heavy = ("optuna", "scipy", "torch", "numpy", "cmaes", "smac", "ConfigSpace")
print("tpe" in learning, [name for name in heavy if name in sys.modules])
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stdout == "True []\n", done.stderr


SCRIPT = """
import time
import tui_tuner as tt
trial = tt.trial()
for step in range(1, 4):
    time.sleep(0.03)
    trial.report(step, acc=1 - abs(trial.params["x"] - 0.3) / step)
"""


def origins_of(sweep: RealSweep) -> list[str]:
    return [trial.origin for trial in sweep.trials()]


def test_a_real_sweep_begins_with_draws_and_goes_on_with_its_model(tmp_path: Path) -> None:
    config = """
metric: {name: acc, goal: maximize}
parameters: {x: {min: 0.0, max: 1.0}}
method: tpe
search: {startup_trials: 4}
limits: {trials: 2000}
resources: {slots: 2}
preload: []
"""
    sweep = RealSweep(tmp_path, SCRIPT, config)
    sweep.start()
    wait_until(lambda: any(o.startswith("tpe, ") for o in origins_of(sweep)), "tpe proposes")
    origins = origins_of(sweep)
    assert all("start-up of tpe" in origin for origin in origins[:2])
    kinds = ("start-up of tpe", "while tpe thinks", "tpe, ")
    assert all(any(kind in origin for kind in kinds) for origin in origins)
    view = sweep.sweep()
    assert view is not None
    assert view.warnings == []
