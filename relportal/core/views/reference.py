"""The reference of the API, drawn from its own schema, so that it needs no script and no CDN."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from relportal.core.exceptions import RelportalError
from relportal.core.permissions import require
from relportal.core.views.base import viewer

VERBS: Final = ("get", "post", "put", "patch", "delete")
MAX_DEPTH: Final = 6


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    description: str
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    anchor: str
    verb: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The operations below one noun: services, objectives."""

    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    status: int
    meaning: str


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    require(viewer(request), "catalog.view")
    groups = _reference()
    context = {
        "groups": groups,
        "count": sum(len(group.operations) for group in groups),
        "problems": _problems(),
    }
    return render(request, "core/reference.html", context)


@cache
def _reference() -> list[Group]:
    """Once a process: the schema changes with the code alone."""
    return _groups(SchemaGenerator().get_schema(public=True))  # type: ignore[no-untyped-call]


def _groups(schema: dict[str, Any]) -> list[Group]:
    found: dict[str, list[Operation]] = defaultdict(list)
    for path, item in schema["paths"].items():
        noun = path.removeprefix("/api/v1/").split("/")[0]
        if noun == "openapi.json":
            continue
        for verb in VERBS:
            if verb in item:
                found[noun].append(_operation(path, verb, item[verb], schema))
    return [Group(noun, tuple(found[noun])) for noun in sorted(found)]


def _operation(path: str, verb: str, spec: dict[str, Any], schema: dict[str, Any]) -> Operation:
    text = str(spec.get("description", "")).strip()
    summary, _break, rest = text.partition("\n")
    return Operation(
        anchor=spec["operationId"],
        verb=verb.upper(),
        path=path,
        summary=str(spec.get("summary") or summary or spec["operationId"].replace("_", " ")),
        description=rest.strip(),
        parameters=tuple(_parameter(one) for one in spec.get("parameters", ())),
        body=_example(spec.get("requestBody", {}).get("content", {}), schema),
        answers=tuple(
            Answer(str(status), str(one.get("description", "")), _example(one.get("content", {}), schema))
            for status, one in spec.get("responses", {}).items()
        ),
    )


def _parameter(spec: dict[str, Any]) -> Parameter:
    kind = spec.get("schema", {})
    words = kind.get("enum") or [kind.get("type", "string")]
    return Parameter(
        name=spec["name"],
        place=spec["in"],
        kind=" | ".join(str(word) for word in words),
        required=bool(spec.get("required")),
        description=str(spec.get("description", "")),
    )


def _example(content: dict[str, Any], schema: dict[str, Any]) -> str:
    """The shape of a JSON body as an indented sample, or the media type where it is no JSON."""
    if not content:
        return ""
    if "application/json" not in content:
        return ", ".join(content)
    sample = _sample(content["application/json"].get("schema", {}), schema, 0)
    return orjson.dumps(sample, option=orjson.OPT_INDENT_2).decode()


def _sample(spec: dict[str, Any], schema: dict[str, Any], depth: int) -> Any:
    if depth > MAX_DEPTH:
        return None
    if ref := spec.get("$ref"):
        return _sample(schema["components"]["schemas"][ref.rsplit("/", 1)[-1]], schema, depth + 1)
    for many in ("allOf", "oneOf", "anyOf"):
        if many in spec:
            return _sample(spec[many][0], schema, depth + 1)
    if "enum" in spec:
        return spec["enum"][0]
    if "example" in spec:
        return spec["example"]
    kind = spec.get("type", "object")
    kind = next((one for one in kind if one != "null"), "null") if isinstance(kind, list) else kind
    if kind == "object":
        return {name: _sample(inner, schema, depth + 1) for name, inner in spec.get("properties", {}).items()}
    if kind == "array":
        return [_sample(spec.get("items", {}), schema, depth + 1)]
    plain: dict[str, Any] = {"integer": 1, "number": 0.999, "boolean": True, "null": None}
    return plain.get(kind, {"date-time": "2026-11-02T12:00:00Z"}.get(spec.get("format", ""), "text"))


def _problems() -> list[Problem]:
    meanings = {
        "not-allowed": _("The person, or the scopes of the token, do not allow it."),
        "invalid": _("A value cannot be accepted; “errors” names each field with the reason."),
        "conflict": _("The state of things forbids it, such as retiring twice or a name that is taken."),
        "stale": _("Someone else changed it since you read it. Read it again; “current_version” is its ETag."),
        "missing": _("It is not there, or you may not see it."),
        "length-required": _("Send the body with Content-Length, not in chunks."),
        "too-large": _("The body is larger than is read; send it in parts."),
        "unavailable": _("A source that is needed does not answer. Try again later."),
    }
    own = [Problem(one.code, one.status, meanings[one.code]) for one in _below(RelportalError) if one.code in meanings]
    return sorted(
        (
            *own,
            Problem("not-authenticated", 401, _("Send a token: Authorization: Bearer rp_…")),
            Problem("authentication-failed", 401, _("The token is unknown, revoked or expired.")),
            Problem("precondition-required", 428, _("A change must name the version that it replaces by If-Match.")),
            Problem("throttled", 429, _("Too many requests; “Retry-After” says when to come back.")),
            Problem("error", 500, _("The portal failed; give the request_id to its operators.")),
        ),
        key=lambda one: (one.status, one.code),
    )


def _below(kind: type[RelportalError]) -> list[type[RelportalError]]:
    return [found for one in kind.__subclasses__() for found in (one, *_below(one))]
