"""How the schema names our sign-in, and the problem documents that every request may be answered with."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "relportal.core.drf.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "rp_<lookup>_<secret>"}


PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail", "code", "instance"],
    "properties": {
        "type": {"type": "string", "description": "Address of the explanation."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence: what was wrong and what to do."},
        "code": {"type": "string", "description": "What kind of problem; stays the same when sentences change."},
        "instance": {"type": "string", "description": "The path that was asked."},
        "request_id": {"type": "string", "description": "Under which the log has it."},
        "current_version": {"type": "integer", "description": "Of a row that changed since it was read."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Dotted: links.0.url; empty is the whole."},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


def document_problems(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """drf-spectacular's hook over the finished schema: one answer for all that is refused, at every operation."""
    result["components"]["schemas"]["ProblemDocument"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["4XX"] = {"description": "A problem document.", "content": content}
    return result
