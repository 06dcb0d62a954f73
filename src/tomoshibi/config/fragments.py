"""
Which parts of other rooms a page shows: page name -> URL names of fragments, in their order.

``masters.change`` is asked with ``proposal``, the number of a change that waits: what would it touch.
``masters.changed`` with one that holds: which bills were worked out before it.

``contracts.contract`` is asked with the ``contract``: what changed, and is to change; ``parties.customer`` with the
``customer`` and ``parties.account`` with the ``account`` likewise.

``tariffs.document`` is asked with ``plan`` (code), ``start`` (its first day) and the id of the ``draft`` or the
``proposal`` that holds it: whom would this version reach, and what would it change. ``tariffs.publish``, the question before
it is published, is asked with ``plan`` and ``start``.

``applications.change`` is asked with ``contract``, ``start`` (the wished first day) and ``kind``: which bills would it touch.

``groups.group`` and ``groups.customer`` are asked with the ``group`` or the ``customer``: what was billed, and what was, and
may be, applied for.
"""

from collections.abc import Mapping, Sequence

TABLE: Mapping[str, Sequence[str]] = {
    "applications.change": ("billing:touched_bills",),
    "tariffs.document": ("contracts:on_plan", "billing:study_of_plan"),
    "tariffs.publish": ("contracts:on_plan",),
    "contracts.contract": ("applications:changes_of", "applications:notices_of"),
    "parties.account": ("applications:changes_of",),
    "parties.customer": ("applications:changes_of",),
    "groups.group": ("applications:cases_of_group", "billing:energy_of_group"),
    "groups.customer": ("billing:groups_of_customer",),
    "masters.change": ("console:impact_of_master", "billing:study_of_master"),
    "masters.changed": ("console:after_change_of_master",),
}
