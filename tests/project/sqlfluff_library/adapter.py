"""What sqlfluff's Jinja templater sees as dbt's `adapter`: a dispatched macro becomes a call.

`strip_accents('a.name')` is linted as `strip_accents(a.name)`; dbt alone knows each engine's SQL.
Of several arguments only the first stays: it is the SQL expression, the others are patterns.
"""

from __future__ import annotations

from collections.abc import Callable


def dispatch(name: str, macro_namespace: str | None = None) -> Callable[..., str]:
    """A function that renders the macro as a call of the same name."""

    def render(*arguments: object, **_: object) -> str:
        return f"{name}({arguments[0] if arguments else ''})"

    return render
