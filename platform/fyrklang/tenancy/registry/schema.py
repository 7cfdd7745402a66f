"""JSON Schema checks, with each complaint turned into a Swedish sentence at its field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from fyrklang.kernel.paths import project_root
from fyrklang.tenancy.registry.faults import Fault

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

_WORDS = {
    "string": "text inom citattecken",
    "integer": "ett heltal",
    "array": "en lista inom hakparenteser",
    "object": "en grupp av uppgifter",
}
_LONGEST_SHOWN = 60


def faults_of(kind: str, content: object, file: str, prefix: str = "") -> list[Fault]:
    """What the schema `kind` (forbund, kommun, region) says against `content`; dates as ISO text."""
    return [
        Fault(file, f"{prefix}{where}", text)
        for error in _validator(kind).iter_errors(content)
        for where, text in _say(error, kind)
    ]


@cache
def _validator(kind: str) -> Draft202012Validator:
    # A web process looks things up here and never checks files; the import is the slowest of the package.
    from jsonschema import Draft202012Validator, FormatChecker

    path = project_root() / "tenants" / "schema" / f"{kind}.schema.json"
    schema = json.loads(path.read_text("utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker(formats=["date"]))


def _say(error: ValidationError, kind: str) -> Iterator[tuple[str, str]]:
    path = list(error.absolute_path)
    rule: Any = error.validator_value
    schema: Any = error.schema
    instance: Any = error.instance
    if error.validator == "required":
        for name in rule:
            if error.message.startswith(repr(name)):
                yield _where([*path, name]), f"Uppgiften saknas. {_description(kind, [*path, name])}".strip()
    elif error.validator == "additionalProperties":
        for name in instance.keys() - schema["properties"].keys():
            yield _where([*path, name]), "Uppgiften känns inte igen. Är den felstavad?"
    elif error.validator == "type":
        wanted = _WORDS[rule]
        yield _where(path), f"Här ska det stå {wanted}. {_description(kind, path)}".strip()
    else:
        shown = _shown(instance)
        yield _where(path), f"Värdet {shown} går inte att använda. {_description(kind, path)}".strip()


def _where(path: Iterable[str | int]) -> str:
    """`area, post 2, kommun` for the path area/1/kommun."""
    return ", ".join(f"post {part + 1}" if isinstance(part, int) else part for part in path)


def _description(kind: str, path: Iterable[str | int]) -> str:
    """The schema's own sentence about a field, which also stands beside a `$ref`."""
    node: Any = _validator(kind).schema
    for part in path:
        node = node["items"] if isinstance(part, int) else node["properties"][part]
    return str(node.get("description", ""))


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
