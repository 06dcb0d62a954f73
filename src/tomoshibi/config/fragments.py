"""
Which parts of other rooms a page shows: page name -> URL names of fragments, in their order.

``masters.change`` is asked with ``proposal``, the number of a change that waits: what would it touch.
"""

from collections.abc import Mapping, Sequence

TABLE: Mapping[str, Sequence[str]] = {
    "masters.change": ("console:impact_of_master",),
}
