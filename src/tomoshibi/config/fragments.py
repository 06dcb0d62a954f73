"""
Which parts of other rooms a page shows: page name -> URL names of fragments, in their order.

``masters.change`` is asked with ``proposal``, the number of a change that waits: what would it touch.

``tariffs.document`` is asked with ``plan`` (code), ``start`` (its first day) and the id of the ``draft`` or the
``proposal`` that holds it: whom would this version reach, and what would it change.

``groups.group`` and ``groups.customer`` are asked with the ``group`` or the ``customer``: what was billed.
"""

from collections.abc import Mapping, Sequence

TABLE: Mapping[str, Sequence[str]] = {
    "tariffs.document": ("contracts:on_plan", "billing:study_of_plan"),
    "groups.group": ("billing:energy_of_group",),
    "groups.customer": ("billing:groups_of_customer",),
    "masters.change": ("console:impact_of_master", "billing:study_of_master"),
}
