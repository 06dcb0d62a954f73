"""
Lists: declared columns and filters over a queryset or a sequence, and everything that a list on screen does.

The door: rooms use what is named here, and nothing below.
"""

from tomoshibi.ui.lists.chosen import Chosen, FilterNotReadable, NothingChosen, chosen
from tomoshibi.ui.lists.columns import (
    Capacity,
    Code,
    Column,
    Day,
    Energy,
    Flag,
    Moment,
    Money,
    MonthOf,
    Number,
    Percent,
    Price,
    StateOf,
    Text,
)
from tomoshibi.ui.lists.filters import (
    AnyOf,
    Choice,
    Condition,
    DayRange,
    Filter,
    MoneyRange,
    MonthIs,
    NotReadable,
    NumberRange,
    Search,
    YesNo,
)
from tomoshibi.ui.lists.page import Action, Button, Empty, render_list
from tomoshibi.ui.lists.query import ListQuery

__all__ = [
    "Action", "AnyOf", "Button", "Capacity", "Choice", "Chosen", "Code", "Column", "Condition", "Day", "DayRange", "Empty", "Energy",
    "Filter", "FilterNotReadable", "Flag", "ListQuery", "Moment", "Money", "MoneyRange", "MonthIs", "MonthOf",
    "NotReadable", "NothingChosen", "Number", "NumberRange", "Percent", "Price", "Search", "StateOf", "Text", "YesNo", "chosen",
    "render_list",
]  # fmt: skip
