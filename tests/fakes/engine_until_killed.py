"""An engine in miniature: launches one attempt, says so, and waits to be killed."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from engine.executors.local import LocalExecutor
from tests.fakes.workshop import Workshop


async def main(root: Path, start: str) -> None:
    shop = Workshop(root, start)
    assert isinstance(shop.executor, LocalExecutor)
    process = await shop.launch(shop.spec())
    print(process.pid, os.getpid(), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
