"""`tui-tuner validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.errors import ConfigError
from engine.text import clean

from .arguments import Json
from .boundary import said
from .documents import print_json

ConfigArgument = Annotated[Path, typer.Argument(metavar="CONFIG", help="A sweep's YAML file.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a key, e.g. limits.trials=20."),
]


def command(config: ConfigArgument, set_: SetOption = None, json: Json = False) -> None:
    """Check a config file and say all that is wrong with it.

    Example: tui-tuner validate sweep.yaml --set limits.trials=20
    """
    from engine.config.evolution import rounds_told
    from engine.config.load import load_config
    from engine.config.resource_words import taken_by
    from engine.config.rule_words import rules_of
    from engine.config.support import unsupported
    from engine.search.registry import create

    try:
        loaded = load_config(config, set_ or [])
    except ConfigError as error:
        if json:
            print_json({"valid": False, "faults": error.faults, "warnings": [], "unsupported": []})
        raise
    cannot = unsupported(loaded.config)
    if json:
        print_json(
            {
                "valid": True,
                "faults": [],
                "warnings": loaded.warnings,
                "unsupported": cannot,
                "rules": rules_of(loaded.config),
                "evolution": rounds_told(loaded.config),
                "resources": taken_by(loaded.config),
            }
        )
        return
    for warning in loaded.warnings:
        said(warning)
    for sentence in cannot:
        said(f"valid, but this version cannot run it: {sentence}")
    method = create(loaded.config.method, loaded.config.space, options=loaded.config.search)
    count = len(loaded.config.space.searched)
    metric = loaded.config.metric
    print(
        f"{clean(str(config))} is valid: {count} parameter{'s' * (count != 1)} searched by "
        f"{method.called} to {metric.goal.value} {clean(metric.name)}"
    )
    if evolution := rounds_told(loaded.config):
        print(evolution)
    for line in taken_by(loaded.config):
        print(line)
    for rule in rules_of(loaded.config):
        print(f"stops early: {rule}")
