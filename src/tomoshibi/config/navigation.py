"""The left rail: the business in its order. Each entry is shown to those who may open it."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class Entry(NamedTuple):
    """One entry of the rail: text, URL name, icon, procedures whose work is counted beside it."""

    label: Any
    url: str
    icon: str
    procedures: tuple[str, ...]


class Section(NamedTuple):
    label: Any
    entries: tuple[Entry, ...]


RAIL: tuple[Section, ...] = (
    Section(_("Today"), ()),
    Section(_("Supply"), ()),
    Section(_("Meter"), ()),
    Section(_("Bill"), ()),
    Section(_("Collect"), ()),
    Section(_("Masters"), ()),
    Section(_("Operation"), ()),
)


def context(request: HttpRequest) -> dict[str, Any]:
    """The rail as this user sees it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_staff:
        return {"rail": ()}
    visible = []
    for section in RAIL:
        entries = [
            e for e in section.entries if not e.procedures or any(user.has_perm(f"{p}.view") for p in e.procedures)
        ]
        if entries:
            visible.append({"label": section.label, "entries": entries})
    return {"rail": visible}
