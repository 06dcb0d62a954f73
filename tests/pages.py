"""Every address of the project, for tests that walk them all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import RegexPattern

NOT_THERE = {"IntConverter": 10**9, "UUIDConverter": "0" * 8 + "-0000" * 3 + "-" + "0" * 12, "ending": "csv"}
"""By kind of parameter: a value that fits the address and that no row has."""


@dataclass(frozen=True)
class Address:
    """
    :param name: with its namespace
    :param asks: parameter -> name of its converter (``IntConverter`` ...)
    """

    name: str
    view: Callable[..., Any]
    asks: dict[str, str]

    @property
    def procedures(self) -> tuple[str, ...] | None:
        """Under which procedures the page stands; None for one without a door keeper of ours."""
        return getattr(self.view, "procedures", None)

    @property
    def is_staff(self) -> bool:
        """Whether the door keeper is that of the staff (``ui.pages``), not that of the portal."""
        return self.procedures is not None and hasattr(self.view, "right")

    def at(self, **given: Any) -> str:
        """The address with these values; for the rest, with ones that no row has."""
        filled = {name: given.get(name, NOT_THERE.get(kind, "x")) for name, kind in self.asks.items()}
        return reverse(self.name, kwargs=filled)


def addresses() -> Iterator[Address]:
    """All of ours; the pages of the sign-in library (``accounts/``) have its own tests."""
    for pattern, name in _walk(get_resolver().url_patterns, ""):
        if not name.startswith(("account_", "mfa_", "socialaccount_")):
            asks = {key: type(kind).__name__ for key, kind in pattern.pattern.converters.items()}
            if isinstance(pattern.pattern, RegexPattern):
                groups = pattern.pattern.regex.groupindex
                asks = {key: "IntConverter" if key.endswith("_id") else "ending" for key in groups}
            yield Address(name, pattern.callback, asks)


def _walk(patterns: Any, namespace: str) -> Iterator[tuple[URLPattern, str]]:
    for one in patterns:
        if isinstance(one, URLPattern):
            yield one, f"{namespace}:{one.name}" if namespace else str(one.name)
        else:
            yield from _walk(one.url_patterns, one.namespace or namespace)
