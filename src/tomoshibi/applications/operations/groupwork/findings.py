"""
What somebody saw and what another procedure decides about: handed over as work, never settled here.

A device that hangs at an access point without one of its seals is suspected of being connected without permission (G-050,
decided by G-119); a count that is not what the list says is a billing error (G-087, corrected by G-117). Neither changes
a point, a count or a bill.
"""

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tomoshibi.applications.operations.groupwork.cases import Incomplete, evening
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.groups import queries as groups
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

SUSPECTED = "applications.groupcase_suspected_device"
WRONG_COUNT = "applications.groupcase_wrong_count"
DAYS = 3
"""Working days until somebody has looked at it."""


@db.transaction_required
def report_device(*, place: str, what: str, count: int, now: datetime, today: date, actor_name: str) -> int:
    """
    Something hangs at an access point that none of its seals explains.

    A device of an application that is under way is late, not stolen: such rows are named beside it (G-122).

    :returns: the work item
    :raises Incomplete: if nobody says what it is
    """
    if not what.strip():
        raise Incomplete(_("Say what hangs there."))
    found = queries.place(number=place)
    if found is None:
        raise Incomplete(_("No access point has the number %(number)s.") % {"number": place})
    seals = ", ".join(one.seal for one in found.points if one.seal) or "–"
    lines = [what.strip(), _("Seals that should hang there: %(seals)s") % {"seals": seals}]
    lines += [
        _("Under way in application %(number)s: %(name)s") % {"number": n, "name": name} for n, name in found.coming
    ]
    return worklist.open_item(
        procedure=values.SURVEY,
        kind=SUSPECTED,
        subject=f"supply.access_point:{place}",
        title=ngettext("%(place)s: %(n)d device without a seal", "%(place)s: %(n)d devices without a seal", count)
        % {"place": f"{place} {found.name}".strip(), "n": count},
        detail="\n".join([*lines, actor_name]),
        due_at=evening(masters.add_business_days(today, DAYS)),
        url=reverse("applications:place", args=[place]),
        now=now,
    )


@db.transaction_required
def report_count(
    *, group_id: int, true_count: int, since: date, evidence: str, now: datetime, today: date, actor_name: str
) -> int:
    """
    The count of a group was not what it should have been from a day on; bills of that time are corrected elsewhere.

    :returns: the work item
    :raises Incomplete: for a day in the future, or if the count is the one that holds
    """
    group = groups.group(group_id=group_id)
    assert group is not None, "the edge has looked the group up"
    if since > today:
        raise Incomplete(_("This day lies in the future."))
    counted = groups.virtual_multiplier(group_id=group_id, on=since)
    if counted == true_count:
        raise Incomplete(_("On %(day)s the group has %(n)d points already.") % {"day": since, "n": counted})
    return worklist.open_item(
        procedure="GR12",
        kind=WRONG_COUNT,
        subject=f"groups.group:{group_id}",
        title=_("%(group)s: %(counted)d points were counted from %(since)s on, there were %(true)d")
        % {"group": group.number, "counted": counted, "since": since, "true": true_count},
        detail="\n".join(
            [
                evidence,
                _("Change the points by an application; bills that were issued are corrected by back-billing."),
                actor_name,
            ]
        ),
        due_at=evening(masters.add_business_days(today, DAYS)),
        url=reverse("groups:group", args=[group_id]),
        now=now,
    )
