"""Source systems, one module each, which declares `SOURCE`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingestion.source import Source

NAMES = ("magento", "retail_pro", "clientela", "splio", "sms", "zendesk", "web", "files")


def source(name: str) -> Source:
    """The declaration of a source. Raises KeyError for a name that is not one."""
    if name not in NAMES:
        raise KeyError(name)
    return import_module(f"ingestion.sources.{name}").SOURCE
