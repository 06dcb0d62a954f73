"""People who may lead, things with labels, and tickets, for the tests of work on site."""

from datetime import date, timedelta
from uuid import uuid4

from tomoshibi.fieldwork import operations, values
from tomoshibi.identity import operations as identity

DAY = date(2026, 11, 4)
YES = dict.fromkeys(values.CHECKS, True)


def person(username, name=""):
    return identity.add_person(
        username=username, name=name or username, mail=f"{username}@example.jp", password="lamp-light-42", roles=[]
    )


def leader(username, name="", *, start=date(2024, 4, 1), end=date(2027, 4, 1)):
    found = person(username, name)
    operations.add_qualification(person_id=found, name="低圧装接", certificate=f"C-{username}", start=start, end=end)
    return found


def order(n, act="connect", **more):
    return (
        values.TaskOrder(
            subject=f"groups.point:{n}", act=act, caption=f"62000000{n:02d}", address=f"明灯路{n}号", place="JR00001"
        )
        if not more
        else values.TaskOrder(
            **{"subject": f"groups.point:{n}", "act": act, "caption": f"62000000{n:02d}", "address": "", **more}
        )
    )


def open_ticket(now, *orders, planned_on=DAY, ordered_by="applications.change:1"):
    return operations.open_ticket(
        kind="installation", title="18 points of 灯湖", ordered_by=ordered_by, district="灯湖1号台区", place="灯湖小区",
        planned_on=planned_on, tasks=orders or [order(1), order(2)], now=now, actor_id=None,
    )  # fmt: skip


def label(now, n):
    return operations.make_labels(
        wanted=[values.Wanted(subject=f"groups.point:{n}", caption=(f"62000000{n:02d}",))], now=now
    )[0]


def report(task_id, now, what="done", **more):
    return {"what": what, "task_id": task_id, "made_at": now.isoformat(), **more}


def connected(task, now, seal, **more):
    return report(task.id, now, checks=YES, seal_number=seal, **more)


def send(ticket_id, payload, now, actor_id, key=None):
    return operations.apply_entry(
        entry_key=key or uuid4(), ticket_id=ticket_id, payload=payload, received_at=now + timedelta(minutes=1),
        actor_id=actor_id,
    )  # fmt: skip
