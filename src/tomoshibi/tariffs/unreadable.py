"""Why a text is no YAML, in words for who wrote it: the parser's own reasons are in English and name no cause."""

import re
from collections.abc import Callable

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

LONGEST = 1_000_000
"""Characters; the longest of the shipped documents has some ten thousand."""
MOST_PLACES = 200_000
"""Values in a document with every repeated part counted as often as it is repeated."""
DEEPEST = 60
MOST_OPEN = 500
"""Brackets that are open at a time; some may stand in quotes, so it is more than levels."""
_FULL_WIDTH = "：，｛｝［］“”‘’＃－　"


class Unreadable(ValueError):
    """The text is not a plan document at all: no YAML, no mapping, or a key twice."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(f"line {line}: {sentence}" if line else sentence)
        self.sentence, self.line = sentence, line


_CAUSES = (
    (r"unexpected end of stream", gettext_lazy("a quotation mark is opened and never closed")),
    (r"',' or '[]}]'", gettext_lazy("a comma or the closing bracket is missing")),
    (
        r"mapping values are not allowed",
        gettext_lazy(
            "a colon stands where none may: the line is indented too far, or a text with a colon lacks its quotes"
        ),
    ),
    (
        r"expected ':'|expected key|block mapping|simple key",
        gettext_lazy(
            "a line like name: value is expected here: its colon or the space behind that is missing, or the indent"
        ),
    ),
    (
        r"'-' indicator|block sequence|block collection|node content",
        gettext_lazy("an entry is expected here: with a hyphen and a space, and the indent of its neighbours"),
    ),
    (
        r"undefined alias|duplicate anchor",
        gettext_lazy("a part with * or & is repeated that is not there, or named twice"),
    ),
    (r"constructor for the tag|unhashable|tag", gettext_lazy("a name is a plain text, and !! is not used here")),
    (r"escape character", gettext_lazy("a backslash in double quotes has to be doubled")),
    (r"another document|single document", gettext_lazy("one text holds one document: --- would begin another")),
    (
        r"cannot start any token",
        gettext_lazy("a text that begins with this sign lacks its quotes"),
    ),
    (r"not allowed|unacceptable character|UTF-8", gettext_lazy("a sign stands here that no text may hold")),
)
_TAB = gettext_lazy("a tab stands here: indents are made of spaces")
_WIDE = gettext_lazy("a full-width sign (%(sign)s) stands here: colons, commas, brackets and quotes are half-width")
_UNKNOWN = gettext_lazy("the form of the text breaks here: look at indents, quotes and brackets")


def tree(compose: Callable[[], Node | None], text: str) -> Node | None:
    """
    The tree that a parser makes of a text, of a size that is safe to walk.

    :raises Unreadable: with the line, the column and the likely cause
    """
    if len(text) > LONGEST:
        raise Unreadable(_("the text is longer than %(most)s characters") % {"most": f"{LONGEST:,}"})
    _count_brackets(text)
    try:
        root = compose()
    except yaml.MarkedYAMLError as wrong:
        raise of_error(wrong, text) from None
    except yaml.reader.ReaderError as wrong:
        before = text[: wrong.position]
        column = len(before) - before.rfind("\n")
        raise _at(before.count("\n"), column - 1, _cause("unacceptable character")) from None
    if root is not None:
        _places(root, {}, 0)
    return root


def of_error(wrong: yaml.MarkedYAMLError, text: str) -> Unreadable:
    """What a parser complained about, as a sentence with line and column."""
    problem = " ".join(filter(None, (wrong.problem, wrong.context)))
    mark = wrong.problem_mark or wrong.context_mark
    if "unexpected end of stream" in problem and wrong.context_mark is not None:
        mark = wrong.context_mark  # where the quote begins says more than where the text ends
    if mark is None:
        return Unreadable(str(_UNKNOWN))
    lines = text.splitlines()
    # A colon that is none is noticed on the line behind it.
    return _at(mark.line, mark.column, _cause(problem, *reversed(lines[max(mark.line - 1, 0) : mark.line + 1])))


def _at(line: int, column: int, why: str) -> Unreadable:
    told = _("not readable as YAML at column %(column)s: %(why)s") % {"column": column + 1, "why": why}
    return Unreadable(told, line + 1)


def _cause(problem: str, *lines: str) -> str:
    if any("\t" in line[: len(line) - len(line.lstrip())] for line in lines[:1]):
        return str(_TAB)
    for line in lines:
        # What stands in quotes or behind # is meant as it is.
        bare = re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", line)
        wide = next((sign for sign in bare if sign in _FULL_WIDTH), None)
        if wide is not None:
            return str(_WIDE) % {"sign": wide}
    return next((str(words) for pattern, words in _CAUSES if re.search(pattern, problem)), str(_UNKNOWN))


def _count_brackets(text: str) -> None:
    """Brackets inside brackets cost the parser a call each: too many are refused before it sees them."""
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        for sign in line:
            depth += (sign in "[{") - (sign in "]}")
            if depth > MOST_OPEN:
                raise Unreadable(_("more than %(most)s levels stand inside each other") % {"most": DEEPEST}, number)
        depth = max(depth, 0)


def _places(node: Node, known: dict[int, int], depth: int) -> int:
    """
    How many values a tree has, with repeated parts counted each time.

    :raises Unreadable: where they are too many, too deep, or a part holds itself
    """
    if depth > DEEPEST:
        text = _("more than %(most)s levels stand inside each other") % {"most": DEEPEST}
        raise Unreadable(text, node.start_mark.line + 1)
    if isinstance(node, ScalarNode):
        return 1
    if id(node) not in known:
        children = node.value if isinstance(node, SequenceNode) else ()
        if isinstance(node, MappingNode):
            children = [one for pair in node.value for one in pair]
        known[id(node)] = 1 + sum(_places(child, known, depth + 1) for child in children)
    if known[id(node)] > MOST_PLACES:
        text = _("repeated parts make more than %(most)s values of the text") % {"most": f"{MOST_PLACES:,}"}
        raise Unreadable(text, node.start_mark.line + 1)
    return known[id(node)]
