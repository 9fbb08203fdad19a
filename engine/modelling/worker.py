"""The process that models: takes in what happened, and makes a proposal when asked for one."""

from __future__ import annotations

import logging
import os
import threading
from queue import SimpleQueue
from typing import BinaryIO

import msgspec

from engine.config.schema import Config
from engine.core.edits import SpaceVersion
from engine.core.observing import Observation
from engine.proposing import ConfiguredProposals
from engine.search.base import Exhausted
from engine.text import clean

from .messages import (
    LENGTH_BYTES,
    Answer,
    Begin,
    Done,
    Failed,
    Make,
    Request,
    Tell,
    framed,
    length_of,
    request_of,
)

log = logging.getLogger("engine.modelling")

_LONGEST_REASON = 300


class Worker:
    """Answers requests one after the other. What it is told costs nothing until it proposes."""

    def __init__(self) -> None:
        self._proposals: ConfiguredProposals
        self._versions: list[SpaceVersion] = []
        self._news: dict[int, Observation] = {}

    def take(self, request: Request) -> Answer | None:
        """Take in a request; gives the answer of those that want one."""
        match request:
            case Begin(config=config, seed=seed):
                found = msgspec.json.decode(config, type=Config)
                self._proposals = ConfiguredProposals(found, seed)
            case Tell(versions=versions, news=news):
                self._versions += versions
                self._news.update((one.number, one) for one in news)
            case Make():
                return self._make(request)
        return None

    def _make(self, request: Make) -> Answer:
        """Make a proposal. Models are other people's code: whatever they raise is an answer."""
        news, self._news = list(self._news.values()), {}
        try:
            made, following = self._proposals.propose(
                request.index, self._versions, news, request.in_flight
            )
        except Exception as error:
            log.warning("no proposal was made", exc_info=True)
            return Failed(reason=_one_line(error))
        if isinstance(made, Exhausted):
            return Done(proposal=None, exhausted=made, following=following)
        return Done(proposal=made, exhausted=None, following=following)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the engine is gone: then leave at once, even from the middle of a model."""
    queue: SimpleQueue[Request] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests, queue), daemon=True).start()
    worker = Worker()
    while True:
        answer = worker.take(queue.get())
        if answer is not None:
            answers.write(framed(answer))
            answers.flush()


def _listen(requests: BinaryIO, queue: SimpleQueue[Request]) -> None:
    try:
        while len(head := requests.read(LENGTH_BYTES)) == LENGTH_BYTES:
            queue.put(request_of(requests.read(length_of(head))))
    except (OSError, msgspec.MsgspecError):
        log.warning("the engine cannot be heard any more", exc_info=True)
    os._exit(0)


def _one_line(error: Exception) -> str:
    text = clean(str(error).strip().partition("\n")[0], limit=_LONGEST_REASON)
    kind = type(error).__name__
    return f"{kind}: {text}" if text else kind
