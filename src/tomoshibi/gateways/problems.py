"""
What is wrong with bytes that came from outside: sentences that name the row and the reason.

Every gateway refuses with :class:`BrokenFile`, whatever the bytes are, and reports rows that it could read around as
:class:`Problem` values. A sentence is kept as a template and its values, so that a page can translate it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

LISTED = 100
"""So many problems are named one by one; the rest is counted."""


def gettext_noop(text: str) -> str:
    """Mark a sentence for translation without translating it: codecs know no language."""
    return text


IN_ROW = gettext_noop("record %(row)s: %(reason)s")
AND_MORE = gettext_noop("and %(count)s more")


@dataclass(frozen=True)
class Problem:
    """
    One thing that is wrong.

    ``row`` counts records (lines, points) of the file from 1; nothing where the whole file is meant. ``code`` never
    changes, ``template`` is the English sentence with named places for ``values``.
    """

    row: int | None
    code: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        return self.in_words(gettext_noop, with_row=False)

    def in_words(self, translate: Callable[[str], str], *, with_row: bool = True) -> str:
        """The sentence in the language of ``translate`` (pass Django's ``gettext``)."""
        reason = translate(self.template) % self.values
        if self.row is None or not with_row:
            return reason
        return translate(IN_ROW) % {"row": self.row, "reason": reason}

    def __str__(self) -> str:
        return self.in_words(gettext_noop)


def problem(row: int | None, code: str, template: str, **values: Any) -> Problem:
    return Problem(row, code, template, values)


class BrokenFile(ValueError):
    """The bytes are refused as a whole; nothing of them may be used."""

    def __init__(self, problems: Iterable[Problem], *, count: int | None = None) -> None:
        self.problems = tuple(problems)[:LISTED]
        self.count = max(count or 0, len(self.problems))
        super().__init__(self.in_words(gettext_noop))

    def in_words(self, translate: Callable[[str], str]) -> str:
        sentences = [one.in_words(translate) for one in self.problems]
        if self.count > len(self.problems):
            sentences.append(translate(AND_MORE) % {"count": self.count - len(self.problems)})
        return "; ".join(sentences)


def broken(row: int | None, code: str, template: str, **values: Any) -> BrokenFile:
    """A refusal for one reason."""
    return BrokenFile([problem(row, code, template, **values)])


class OutsideError(Exception):
    """Talking to an outside system failed; like a problem, the sentence can be said in any language."""

    def __init__(self, template: str, **values: Any) -> None:
        self.template = template
        self.values = values
        super().__init__(self.in_words(gettext_noop))

    def in_words(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language of ``translate`` (pass Django's ``gettext``)."""
        return translate(self.template) % self.values


REASON = gettext_noop("%(where)s: %(reason)s")
"""Where something failed, and the words of the library that says so."""
