"""A sweep in memory whose space can be edited: the engine's own edits over scripted trials."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from engine.core.acts import Act, Add, Clone, EditSpace
from engine.core.edits import Edited, SpacePreview, UseVersion
from engine.core.model import Params, trial_name, trial_number
from engine.errors import ActError
from engine.protocol.messages import ActResult, VersionView
from engine.space.build import build_space
from engine.space.describe import describe
from engine.space.keeper import Keeper, document_of
from tests.fakes.fake_source import FakeSource

FINAL = ("complete", "pruned", "failed")


class SpaceSource(FakeSource):
    """Parameters are written as in a config. `previews` counts dry runs of edits."""

    def __init__(self, directory: Path, parameters: dict[str, Any], **options: Any) -> None:
        super().__init__(directory, **options)
        space, faults = build_space(parameters)
        assert not faults, faults
        self._keeper = Keeper()
        self.documents = [document_of(space)]
        self.sentences = ["as the config has it"]
        self.previews: list[EditSpace] = []

    def space(self, version: int | None = None) -> list[dict[str, Any]]:
        documents = self.documents
        now = self._keeper.space(documents[(version or len(documents)) - 1])
        return describe(now, self._keeper.space(documents[0]))

    def versions(self) -> list[VersionView]:
        return [
            VersionView(version=n + 1, at=self.now, who="ada@pts/1", sentence=sentence)
            for n, sentence in enumerate(self.sentences)
        ]

    async def act(
        self, act: Act, *, who: str, why: str | None, request: str, dry_run: bool
    ) -> ActResult:
        if isinstance(act, EditSpace):
            return self._edit(act, who, why, dry_run)
        if isinstance(act, Clone | Add):
            return self._write(act, who, why, dry_run)
        return await super().act(act, who=who, why=why, request=request, dry_run=dry_run)

    def _edit(self, act: EditSpace, who: str, why: str | None, dry_run: bool) -> ActResult:
        if not self.live:
            raise ActError("the engine of this sweep is not running")
        if dry_run:
            self.previews.append(act)
        try:
            edited = self._edited(act)
        except ValueError as error:
            raise ActError(str(error)) from None
        seen = self._seen(edited)
        text = "; ".join(f"{c.parameter} from {c.old} to {c.new}" for c in edited.changes)
        done = seen.outside if act.outside == "prune" else []
        result = ActResult(done=done, skipped=[], sentence=f"change {text}", space=seen)
        if dry_run:
            return result
        self.acts.append((act, who, why))
        self.documents.append(edited.document)
        self.sentences.append(text)
        for name in done:
            self.end(trial_number(name), "pruned")
        self.set_sweep(space_version=len(self.documents))
        return replace(result, decision=1)

    def _edited(self, act: EditSpace) -> Edited:
        now, first = self.documents[-1], self.documents[0]
        edit = act.edits[0]
        if isinstance(edit, UseVersion):
            return self._keeper.difference(now, self.documents[edit.version - 1])
        scored = [row for row in self.trials() if row.best is not None and row.state in FINAL]
        scored.sort(key=lambda row: -(row.best or 0.0))
        return self._keeper.edited(now, first, act.edits, [row.params for row in scored])

    def _seen(self, edited: Edited) -> SpacePreview:
        inside = self._keeper.inside(edited.document)
        rows = self.trials()

        def outside(state: str) -> list[str]:
            return [row.id for row in rows if row.state == state and not inside(row.params)]

        finished = [row for row in rows if row.state in FINAL]
        return SpacePreview(
            version=len(self.documents) + 1,
            changes=list(edited.changes),
            finished=len(finished),
            informative=sum(inside(row.params) for row in finished),
            dropped=outside("waiting"),
            outside=outside("running"),
        )

    def _write(self, act: Clone | Add, who: str, why: str | None, dry_run: bool) -> ActResult:
        if not self.live:
            raise ActError("the engine of this sweep is not running")
        base: Params = {}
        if isinstance(act, Clone):
            base, given = self.trial(act.trial).params, act.changes
        else:
            best = self.status().best
            base, given = (best.params if best else {}), act.values
        try:
            params = self._keeper.admit(self.documents[-1], base, given)
        except ValueError as error:
            raise ActError(str(error)) from None
        name = trial_name(len(self.trials()) + 1)
        same = next((row.id for row in self.trials() if row.params == params), None)
        sentence = f"{name} waits for a slot" + (f"; the same as {same}" if same else "")
        if not dry_run:
            self.acts.append((act, who, why))
            self.propose(params)
        return ActResult(done=[name], skipped=[], sentence=sentence)
