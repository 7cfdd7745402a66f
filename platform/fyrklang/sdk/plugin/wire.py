"""Values between the platform and a plugin's process: one JSON document a line, no code and no pickles."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

MOST_BYTES = 1_000_000
"""The longest line either side takes."""

LONGEST_TEXT = 20_000


class MisshapenError(ValueError):
    """What came is not of the promised shape."""


def plain(value: Any) -> Any:
    """Dataclasses as dicts, the rest as it is."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def build(kind: Any, value: Any) -> Any:
    """A value of the type `kind` from JSON, checked part by part.

    Raises:
        MisshapenError: it is not such a value, or a text is longer than 20 000 signs.
    """
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return build(next(each for each in get_args(kind) if each is not type(None)), value)
    if origin is tuple:
        return _tuple(get_args(kind), value)
    if is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, value)
    wanted = dict if origin is not None and issubclass(origin, Mapping) else kind
    # To Python a truth value is a number too.
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise MisshapenError(f"{type(value).__name__} där {getattr(wanted, '__name__', wanted)} väntades")
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise MisshapenError("en text är för lång")
    return value


def _tuple(parts: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise MisshapenError(f"{type(value).__name__} där en lista väntades")
    if len(parts) == 2 and parts[1] is Ellipsis:
        return tuple(build(parts[0], each) for each in value)
    if len(parts) != len(value):
        raise MisshapenError(f"{len(value)} delar där {len(parts)} väntades")
    return tuple(build(part, each) for part, each in zip(parts, value, strict=True))


def _record(kind: type, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise MisshapenError(f"{type(value).__name__} där {kind.__name__} väntades")
    hints = get_type_hints(kind)
    unknown = set(value) - set(hints)
    lacking = [
        each.name
        for each in fields(kind)
        if each.name not in value and each.default is MISSING and each.default_factory is MISSING
    ]
    if unknown or lacking:
        raise MisshapenError(f"{kind.__name__}: fel på {', '.join(sorted(unknown) + lacking)}")
    return kind(**{name: build(hints[name], each) for name, each in value.items()})
