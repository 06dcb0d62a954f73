"""Work on site in the Chinese demonstration: who may lead, labels of one group, and a ticket of today that waits."""

from datetime import date, datetime

from tomoshibi.fieldwork import operations as fieldwork
from tomoshibi.groups import operations as groups
from tomoshibi.groups import queries as group_queries
from tomoshibi.identity import queries as people

LEADER, CERTIFICATE = "zhao", "虚构-装接-0412"
SMALLEST, LARGEST = 10, 18
"""The group of the ticket has so many points: a morning's work."""


def send_crew(*, today: date, now: datetime) -> str:
    """赵工 holds a qualification and leads a ticket of today: the seals of one group of the stock are looked at."""
    leader = people.user_id_of(username=LEADER)
    assert leader is not None, "the staff came before"
    fieldwork.add_qualification(
        person_id=leader, name="低压装表接电（高级工）", certificate=CERTIFICATE, start=date(2024, 7, 1), end=None
    )
    rows = group_queries.group_rows(on=today).filter(points__range=(SMALLEST, LARGEST)).order_by("number")
    group = rows.values("id", "number").first()
    assert group is not None, "some group is of that size"
    groups.print_labels(group_id=group["id"], template="a4-21", today=today, now=now, actor_id=None)
    ticket_id = groups.order_site_work(
        group_id=group["id"], point_ids=None, act="check", planned_on=today, note="核对封印编号与接入点", today=today,
        now=now, actor_id=None,
    )  # fmt: skip
    fieldwork.assign_leader(ticket_id=ticket_id, person_id=leader, now=now, actor_id=None)
    return f"ticket of group {group['number']}"
