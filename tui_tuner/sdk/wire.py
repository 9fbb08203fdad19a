"""The names that a trial and its engine share: environment variables, files, the output marker.

`engine.ingest.wire` says the same for the engine, which never imports this package.
"""

from __future__ import annotations

ENV_TRIAL = "TUI_TUNER_TRIAL"
ENV_ATTEMPT = "TUI_TUNER_ATTEMPT"
ENV_TRIAL_DIR = "TUI_TUNER_TRIAL_DIR"
ENV_ATTEMPT_DIR = "TUI_TUNER_ATTEMPT_DIR"
ENV_SEED = "TUI_TUNER_SEED"
ENV_BUDGET = "TUI_TUNER_BUDGET"
ENV_BUDGET_PARAMETER = "TUI_TUNER_BUDGET_PARAMETER"
ENV_FROM_STEP = "TUI_TUNER_FROM_STEP"
ENV_METRIC = "TUI_TUNER_METRIC"
ENV_GOAL = "TUI_TUNER_GOAL"

PARAMS_FILE = "params.json"
REPORTS_FILE = "reports.jsonl"
CONTROL_FILE = "control.json"
OUTPUT_FILE = "output.log"
EXCEPTIONS_FILE = "exceptions.jsonl"
GPU_MEMORY_FILE = "gpu_memory.jsonl"
CHECKPOINTS_DIR = "checkpoints"

MARKER = "tui-tuner:"
