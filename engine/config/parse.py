"""From a file to a document: every way YAML can be broken is one clear line.

The only reader of YAML here, with `copying`; nothing the engine imports to restart needs it.
"""

from __future__ import annotations

import re
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node
from ruamel.yaml.reader import ReaderError

from engine.config.document import Document
from engine.config.nodes import NodeReader, place_of
from engine.errors import ConfigError
from engine.text import clean

LARGEST_BYTES = 200_000
DEEPEST = 60
_OTHER_VERSION = re.compile(r"^%YAML[ \t]+(?!1\.2\s)", re.MULTILINE)


def read_source(path: Path) -> str:
    """Read a config file as text. Raises ConfigError with one line where it cannot be read."""
    name = clean(str(path), limit=300)
    raw = _read_bytes(path, name)
    if len(raw) > LARGEST_BYTES:
        raise ConfigError([f"{name}: is larger than 200 kB, which no config is"])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError([f"{name}:{line}: is not UTF-8 text; save the file as UTF-8"]) from None


def parse_document(source: str, file: str) -> Document:
    """Parse a config's text. Raises ConfigError with one line for a fault of the syntax."""
    root = _compose(source, file)
    if root is None:
        raise ConfigError([f"{clean(file, limit=300)}:1: is empty"])
    if not isinstance(root, MappingNode):
        where = place_of(root, file)
        raise ConfigError([f"{where}: must be a mapping, `key: value` lines, at the top level"])
    document = Document(source=source)
    value = _read(document, root, file)
    if isinstance(value, dict):
        document.data = value
    return document


def parse_value(source: str) -> Document:
    """Parse one YAML value of any type; it is the document's `data`. Raises ConfigError."""
    root = _compose(source, "")
    document = Document(source=source)
    document.data = None if root is None else _read(document, root, "")
    return document


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        str(path.absolute()).encode()
        mode = path.stat().st_mode
        if not S_ISREG(mode):
            what = "a folder; name the YAML file in it" if S_ISDIR(mode) else "no regular file"
            raise ConfigError([f"{name}: is {what}"])
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except UnicodeEncodeError:
        reason = "its path is not UTF-8; rename the folder or the file"
    except FileNotFoundError:
        reason = "there is no such file"
    except (OSError, ValueError) as error:
        reason = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    raise ConfigError([f"{name}: {reason}"])


def _read(document: Document, root: Node, file: str) -> Any:
    try:
        return NodeReader(document, file).value(root, ())
    except RecursionError:
        raise ConfigError([f"{clean(file, limit=300)}:1: is nested too deeply"]) from None


def yaml_reader() -> YAML:
    """Make ruamel's reader and writer of YAML 1.2, which keeps comments and quotes."""
    yaml = YAML(typ="rt", pure=True)
    yaml.max_depth = DEEPEST
    yaml.composer.warn_double_anchors = False
    yaml.preserve_quotes = True
    return yaml


def _compose(source: str, file: str) -> Node | None:
    name = clean(file, limit=300)
    if directive := _OTHER_VERSION.search(source):
        line = source.count("\n", 0, directive.start()) + 1
        raise ConfigError([f"{name}:{line}: a config is YAML 1.2; remove the %YAML line"])
    try:
        root: Node | None = yaml_reader().compose(source)
    except ReaderError as error:
        line = source.count("\n", 0, error.position) + 1
        raise ConfigError([f"{name}:{line}: holds a control character"]) from None
    except MarkedYAMLError as error:
        raise ConfigError([_syntax_fault(error, name)]) from None
    except RecursionError:
        raise ConfigError([f"{name}:1: is nested too deeply"]) from None
    except (YAMLError, ValueError, TypeError, AttributeError, IndexError, KeyError, AssertionError):
        raise ConfigError([f"{name}:1: is not YAML"]) from None
    return root


def _syntax_fault(error: MarkedYAMLError, name: str) -> str:
    mark = error.problem_mark or error.context_mark
    where = f"{name}:{mark.line + 1}" if mark is not None else f"{name}:1"
    problem = str(error.problem or error.context or "is not YAML")
    if "\\t" in problem:
        problem = "a tab cannot indent YAML; use spaces"
    elif "maximum depth" in problem:
        problem = "is nested too deeply"
    elif "another document" in problem:
        problem = "a second document begins here (---); a config is one document"
    elif error.context and error.problem and error.context_mark is not None:
        problem += f" ({error.context} from line {error.context_mark.line + 1})"
    return clean(f"{where}: {problem}", limit=500)
