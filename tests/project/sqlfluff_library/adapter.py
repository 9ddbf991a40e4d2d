"""What sqlfluff's Jinja templater sees as dbt's `adapter`: a dispatched macro becomes a call.

`strip_accents('a.name')` is linted as `strip_accents(a.name)`; dbt alone knows each engine's SQL.
Of several arguments only the first stays: it is the SQL expression, the others are patterns;
but for a table's, whose second is its alias.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType

import jinja2

TABLES = ("split_words",)


def dispatch(name: str, macro_namespace: str | None = None) -> Callable[..., str]:
    """A function that renders the macro as a call of the same name."""

    def render(*arguments: object, **_: object) -> str:
        call = f"{name}({arguments[0] if arguments else ''})"
        return f"{call} as {arguments[1]}" if name in TABLES else call

    return render


def compile_macros_once() -> None:
    """sqlfluff compiles every macro anew, twice, for every file: half of its time."""
    compile_ = jinja2.Environment.compile
    if compile_.__name__ == "remembering":
        return  # sqlfluff runs this module for every file
    remembered: dict[str, CodeType] = {}

    def remembering(self: jinja2.Environment, source: str, *more: object) -> CodeType:
        if "{% macro" not in source:
            return compile_(self, source, *more)
        if source not in remembered:
            remembered[source] = compile_(self, source, *more)
        return remembered[source]

    jinja2.Environment.compile = remembering


compile_macros_once()
