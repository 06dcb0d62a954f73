"""
Sentences that are kept in English and read in the reader's language.

A record does not change with a translation: what happened is written down as one English sentence of a known form. Where
it is shown, the form is recognized and said in the language of the page, with the same values.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext

_PLACE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class _Form:
    text: str
    pattern: re.Pattern[str]

    @property
    def fixed(self) -> int:
        """How much of it is not left open: of two that fit, the one that says more is meant."""
        return len(_PLACE.sub("", self.text))


class Sentences:
    """
    A room's table of forms.

    :param forms: English msgids; ``%(place)s`` is what differs from sentence to sentence
    :param shown: a place's name and value as they are read
    """

    def __init__(self, forms: Sequence[str], shown: Callable[[str, str], str]) -> None:
        self.forms = tuple(forms)
        self._shown = shown

    def in_words(self, said: str) -> str:
        """A sentence in the language of the reader; as it was written where its form is not known."""
        found = self._recognized(said)
        if found is None:
            return said
        form, given = found
        return gettext(form.text) % {place: self._shown(place, value) for place, value in given.items()}

    def is_known(self, said: str) -> bool:
        return self._recognized(said) is not None

    def _recognized(self, said: str) -> tuple[_Form, Mapping[str, str]] | None:
        fitting = [*self._by_first_word.get(_first_word(said), ()), *self._by_first_word.get("", ())]
        for form in fitting:
            match = form.pattern.fullmatch(said)
            if match:
                return form, match.groupdict()
        return None

    @cached_property
    def _by_first_word(self) -> Mapping[str, tuple[_Form, ...]]:
        """Forms by the word they begin with, the most telling first; those that begin with a place under nothing."""
        found = defaultdict(list)
        for text in self.forms:
            found["" if text.startswith("%(") else _first_word(text)].append(_Form(text, _pattern(text)))
        return {word: tuple(sorted(forms, key=lambda form: -form.fixed)) for word, forms in found.items()}


def _first_word(text: str) -> str:
    return text.split(" ", 1)[0]


def _pattern(text: str) -> re.Pattern[str]:
    parts = _PLACE.split(text)
    fixed = [re.escape(part.replace("%%", "%")) for part in parts[::2]]
    named = [f"(?P<{place}>.*?)" for place in parts[1::2]] + [""]
    return re.compile("".join(a + b for a, b in zip(fixed, named, strict=True)), re.DOTALL)
