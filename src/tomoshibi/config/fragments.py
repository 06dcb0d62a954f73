"""
Which parts of other rooms a page shows: page name -> URL names of fragments, in their order.

``masters.change`` is asked with ``master``, ``start`` and ``end`` (first day a change holds, first day it no longer
does; empty where there is none): what would this change touch.
"""

from collections.abc import Mapping, Sequence

TABLE: Mapping[str, Sequence[str]] = {
    "masters.change": ("console:impact_of_master",),
}
