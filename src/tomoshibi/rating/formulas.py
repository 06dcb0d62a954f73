"""
Amounts by a formula that is data: sums, products and quotients of named inputs and whole numbers.

``months_left * 550``, ``principal * 100000 * days / 365 / 1000000``, ``max(1100, billed / 5)``. The text is read into a
tree of its own and worked out in fractions; nothing of it is ever run as a program.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tomoshibi.kernel.rounding import Rounding, divide

LONGEST = 200
LARGEST = 10**15
_SIGNS = {ast.Add: "+", ast.Sub: "−", ast.Mult: "×", ast.Div: "÷"}
_CHOICES = {"min": min, "max": max}


class BadFormula(ValueError):
    """The text is no formula."""


class InputMissing(LookupError):
    """A named input was not given; ``name`` is which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class DividedByZero(ArithmeticError):
    """One of the inputs that a formula divides by is zero."""


@dataclass(frozen=True)
class Formula:
    """
    A formula that was read.

    :param text: as a person wrote it
    :param inputs: the names in it, in the order in which they come
    """

    text: str
    inputs: tuple[str, ...]
    _tree: ast.expr

    def exact(self, given: Mapping[str, int]) -> Fraction:
        """
        Work it out.

        :raises InputMissing: for a name that was not given
        :raises DividedByZero: where it divides by nothing
        """
        return _value(self._tree, given)

    def amount_minor(self, given: Mapping[str, int], *, rounding: Rounding) -> int:
        """What it comes to, rounded once by a named rule [smallest unit of the currency]."""
        exact = self.exact(given)
        return divide(exact.numerator, exact.denominator, rounding=rounding)

    def worked(self, given: Mapping[str, int]) -> str:
        """The formula with the numbers in it, as a person would write it down."""
        return _shown(self._tree, given)


@lru_cache(maxsize=512)
def read(text: str) -> Formula:
    """
    :raises BadFormula: for anything but whole numbers, names, ``+ - * /``, brackets, ``min`` and ``max``
    """
    if len(text) > LONGEST:
        raise BadFormula(f"longer than {LONGEST} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadFormula(text) from None
    names: dict[str, None] = {}
    _examine(tree, names)
    return Formula(text=text.strip(), inputs=tuple(names), _tree=tree)


def _examine(node: ast.expr, names: dict[str, None]) -> None:
    match node:
        case ast.Constant(value=bool()):
            raise BadFormula(str(node.value))
        case ast.Constant(value=int()) if abs(int(node.value)) <= LARGEST:  # type: ignore[arg-type]
            pass
        case ast.Name():
            names[node.id] = None
        case ast.BinOp() if type(node.op) in _SIGNS:
            _examine(node.left, names)
            _examine(node.right, names)
        case ast.Call(func=ast.Name(id="min" | "max"), args=[_, _, *_], keywords=[]):
            for one in node.args:
                _examine(one, names)
        case _:
            raise BadFormula(ast.unparse(node))


def _value(node: ast.expr, given: Mapping[str, int]) -> Fraction:
    match node:
        case ast.Constant(value=int()):
            return Fraction(int(node.value))  # type: ignore[arg-type]
        case ast.Name():
            if node.id not in given:
                raise InputMissing(node.id)
            return Fraction(given[node.id])
        case ast.Call(func=ast.Name(id=name)):
            return _CHOICES[name](_value(one, given) for one in node.args)
        case ast.BinOp():
            left, right = _value(node.left, given), _value(node.right, given)
            match node.op:
                case ast.Add():
                    return left + right
                case ast.Sub():
                    return left - right
                case ast.Mult():
                    return left * right
            if not right:
                raise DividedByZero(ast.unparse(node.right))
            return left / right
    raise AssertionError("examined when it was read")


def _shown(node: ast.expr, given: Mapping[str, int]) -> str:
    match node:
        case ast.Constant(value=int()):
            return f"{int(node.value):,}"  # type: ignore[arg-type]
        case ast.Name():
            return f"{given[node.id]:,}" if node.id in given else node.id
        case ast.Call(func=ast.Name(id=name)):
            return f"{name}({', '.join(_shown(one, given) for one in node.args)})"
        case ast.BinOp():
            left = _bracketed(node.left, given, within=isinstance(node.op, ast.Mult | ast.Div))
            right = _bracketed(
                node.right, given, within=not isinstance(node.op, ast.Add), last=isinstance(node.op, ast.Div)
            )
            return f"{left} {_SIGNS[type(node.op)]} {right}"
    raise AssertionError("examined when it was read")


def _bracketed(node: ast.expr, given: Mapping[str, int], *, within: bool, last: bool = False) -> str:
    """A part, in brackets where it is a sum inside a product or difference, or anything compound that is divided by."""
    compound = isinstance(node, ast.BinOp)
    is_sum = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)
    text = _shown(node, given)
    return f"({text})" if (within and is_sum) or (last and compound) else text
