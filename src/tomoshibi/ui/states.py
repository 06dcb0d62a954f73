"""A state is a word with a colour and an icon, never colour alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tomoshibi.ui.icons import icon


class Tone(StrEnum):
    """What a colour means; there are no others."""

    QUIET = "quiet"
    """Nothing to do, not begun, ended without effect."""
    RUNNING = "running"
    """Something or somebody is at it."""
    ATTENTION = "attention"
    """A person of ours has to act: the lamp yellow."""
    GOOD = "good"
    """Done, and as it should be; money in."""
    BAD = "bad"
    """Failed, late, lost."""


@dataclass(frozen=True)
class State:
    """
    How a state is shown.

    :param word: the translated word
    :param icon: name of a Tabler icon
    :param explain: a sentence for who hovers or asks
    """

    word: str | Promise
    tone: Tone
    icon: str
    explain: str | Promise = ""


States = Mapping[Any, State]


def badge(state: State) -> SafeString:
    """The state as people see it."""
    title = format_html(' title="{}"', state.explain) if state.explain else ""
    return format_html(
        '<span class="state state-{}"{}>{}<span>{}</span></span>', state.tone.value, title, icon(state.icon), state.word
    )


def badge_of(value: Any, states: States) -> SafeString:
    """The badge of a stored value; a value without a declared state is shown as it is, never hidden."""
    state = states.get(value)
    if state is None:
        state = State(str(value), Tone.QUIET, "help-circle")
    return badge(state)
