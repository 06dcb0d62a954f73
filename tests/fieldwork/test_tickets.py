"""Work tickets: a qualified leader, rows that end one by one, nothing from a phone lost or doubled (G-034, G-035, G-054 ... G-057)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from tests.fieldwork import tickets
from tests.fieldwork.tickets import YES, connected, leader, order, person, report, send
from tomoshibi.fieldwork import operations, queries, values
from tomoshibi.fieldwork.models import Entry, Member, Task
from tomoshibi.worklist import queries as worklist

pytestmark = pytest.mark.usefixtures("in_transaction")
Outcome, State = values.Outcome, values.EntryState


@pytest.fixture
def crew():
    return leader("zhang", "张工")


@pytest.fixture
def ticket(now, crew):
    """Two points to connect, each with a label, led by 张工."""
    tickets.label(now, 1)
    tickets.label(now, 2)
    ticket_id = tickets.open_ticket(now)
    operations.assign_leader(ticket_id=ticket_id, person_id=crew, now=now, actor_id=None)
    return queries.ticket(ticket_id)


def row(ticket, no=1):
    return queries.ticket(ticket.id).tasks[no - 1]


def waiting(ticket_id):
    return [
        one.sentence for one in queries.entries_of(ticket_id=ticket_id)[::-1] if one.state == values.EntryState.QUEUED
    ]


@pytest.mark.requirement("G-054")
def test_one_ticket_covers_many_points_and_every_row_names_it(now, ticket):
    assert ticket.number.startswith("W")
    assert [(task.no, task.subject) for task in ticket.tasks] == [(1, "groups.point:1"), (2, "groups.point:2")]
    assert [found.id for found in queries.tickets_ordered_by(ordered_by="applications.change:1")] == [ticket.id]


@pytest.mark.requirement("G-054")
def test_a_ticket_without_rows_or_with_a_thing_twice_is_refused(now):
    with pytest.raises(operations.NothingToDo):
        tickets.open_ticket(now, order(1), order(1))


@pytest.mark.requirement("G-055")
def test_a_leader_without_a_qualification_on_the_planned_day_is_refused(now):
    ticket_id = tickets.open_ticket(now)
    lapsed = leader("lin", end=tickets.DAY)
    for nobody in (person("wang"), lapsed, leader("sun", start=tickets.DAY + timedelta(days=1))):
        with pytest.raises(operations.NotQualified, match="2026-11-04"):
            operations.assign_leader(ticket_id=ticket_id, person_id=nobody, now=now, actor_id=None)
    assert queries.ticket(ticket_id).state is values.TicketState.OPEN
    operations.assign_leader(ticket_id=ticket_id, person_id=leader("zhang"), now=now, actor_id=None)
    assert queries.ticket(ticket_id).state is values.TicketState.ASSIGNED


@pytest.mark.requirement("G-055")
def test_the_customers_people_are_on_the_crew_and_never_lead(now, ticket, crew):
    operations.add_member(ticket_id=ticket.id, name="客户施工队 甲", is_customer_crew=True)
    assert queries.ticket(ticket.id).crew[0].is_customer_crew
    with pytest.raises(operations.OnTheCrew):
        operations.add_member(ticket_id=ticket.id, name="张工", person_id=crew)
    with pytest.raises(IntegrityError, match="customer_crew_is_not_staff"), transaction.atomic():
        Member.objects.create(ticket_id=ticket.id, name="x", person_id=crew, is_customer_crew=True)


@pytest.mark.requirement("G-055")
def test_naming_a_leader_is_work_until_it_is_done(now, crew):
    ticket_id = tickets.open_ticket(now)
    assert [item.kind for item in worklist.open_items(procedure="FW1")] == ["fieldwork.ticket_without_leader"]
    operations.assign_leader(ticket_id=ticket_id, person_id=crew, now=now, actor_id=None)
    assert worklist.open_items(procedure="FW1") == []


@pytest.mark.requirement("G-055")
def test_one_qualification_of_a_name_a_day(crew):
    with pytest.raises(operations.QualifiedAlready):
        operations.add_qualification(
            person_id=crew, name="低圧装接", certificate="C-2", start=date(2027, 3, 1), end=None
        )
    operations.add_qualification(person_id=crew, name="低圧装接", certificate="C-2", start=date(2027, 4, 1), end=None)
    held = queries.qualification_of(person_id=crew, on=date(2030, 1, 1))
    assert held.certificate == "C-2"
    operations.end_qualification(qualification_id=held.id, end=date(2028, 1, 1))
    assert queries.qualification_of(person_id=crew, on=date(2030, 1, 1)) is None


@pytest.mark.requirement("G-046", "G-034")
def test_a_point_is_connected_with_its_checks_its_seal_and_its_label(now, ticket, crew):
    entry = send(ticket.id, connected(row(ticket), now, "FY-1", photos=[7]), now, crew)
    assert (entry.state, entry.sentence) == (State.APPLIED, "")
    task = row(ticket)
    assert (task.outcome, task.seal_number, task.done_at, task.photos) == (Outcome.DONE, "FY-1", now, (7,))
    seal = queries.seal_of(subject="groups.point:1")
    assert (seal.number, seal.place, seal.placed_at, seal.photo_file_id) == ("FY-1", "JR00001", now, 7)
    assert queries.ticket(ticket.id).state is values.TicketState.WORKING


@pytest.mark.requirement("G-046")
@pytest.mark.parametrize(("without", "word"), [("seal_number", "seal number"), ("checks", "four checks")])
def test_a_point_is_not_connected_without_seal_or_checks(now, ticket, crew, without, word):
    payload = connected(row(ticket), now, "FY-1")
    del payload[without]
    entry = send(ticket.id, payload, now, crew)
    assert entry.state is State.QUEUED
    assert word in entry.sentence
    assert row(ticket).outcome is Outcome.NONE
    with pytest.raises(IntegrityError, match="task_connected_with_seal"), transaction.atomic():
        Task.objects.filter(id=row(ticket).id).update(outcome="done", done_at=now)


@pytest.mark.requirement("G-035", "G-057")
def test_a_no_blocks_its_row_only(now, ticket, crew):
    send(ticket.id, report(row(ticket).id, now, checks={**YES, "ready": False}, note="no tray yet"), now, crew)
    send(ticket.id, connected(row(ticket, 2), now, "FY-2"), now, crew)
    assert [(t.outcome, t.seal_number) for t in queries.ticket(ticket.id).tasks] == [
        (Outcome.BLOCKED, ""),
        (Outcome.DONE, "FY-2"),
    ]
    assert row(ticket).remark == "no tray yet"


@pytest.mark.requirement("G-047")
def test_the_same_entry_again_changes_nothing(now, ticket, crew):
    key, payload = uuid4(), connected(row(ticket), now, "FY-1")
    first = send(ticket.id, payload, now, crew, key)
    assert send(ticket.id, payload, now + timedelta(hours=3), crew, key) == first
    assert send(ticket.id, {**payload, "seal_number": "FY-9"}, now, crew, key) == first
    assert len(queries.entries_of(ticket_id=ticket.id)) == 1
    assert queries.seal_of(subject="groups.point:1").number == "FY-1"


def test_two_crews_on_one_ticket_the_second_waits_for_the_office(now, ticket, crew):
    other = leader("wu", "吴工")
    send(ticket.id, connected(row(ticket), now, "FY-1"), now, crew)
    entry = send(ticket.id, connected(row(ticket, 2), now, "FY-2"), now, other)
    assert entry.state is State.QUEUED
    assert "张工" in entry.sentence
    assert row(ticket, 2).outcome is Outcome.NONE
    item = worklist.open_items(procedure="FW1")[0]
    assert (item.kind, item.subject) == ("fieldwork.entry_waits", f"fieldwork.entry:{entry.key}")
    operations.decide_entry(key=entry.key, accept=True, now=now, actor_id=crew)
    assert row(ticket, 2).seal_number == "FY-2"
    assert row(ticket, 2).done_by_id == other
    assert worklist.open_items(procedure="FW1") == []
    with pytest.raises(operations.DecidedAlready):
        operations.decide_entry(key=entry.key, accept=False, now=now, actor_id=crew)


def test_two_of_one_crew_at_one_row_the_second_waits(now, ticket, crew):
    mate = person("mate", "小赵")
    operations.add_member(ticket_id=ticket.id, name="小赵", person_id=mate)
    send(ticket.id, connected(row(ticket), now, "FY-1"), now, crew)
    entry = send(ticket.id, connected(row(ticket), now, "FY-2"), now, mate)
    assert "张工" in entry.sentence
    operations.decide_entry(key=entry.key, accept=False, now=now, actor_id=crew)
    assert row(ticket).seal_number == "FY-1"
    assert queries.entry(key=entry.key).state is State.DROPPED


def test_work_that_has_begun_is_handed_over_with_a_reason(now, ticket, crew):
    other = leader("wu", "吴工")
    send(ticket.id, connected(row(ticket), now, "FY-1"), now, crew)
    with pytest.raises(operations.CrewAtWork):
        operations.assign_leader(ticket_id=ticket.id, person_id=other, now=now, actor_id=None)
    operations.assign_leader(ticket_id=ticket.id, person_id=other, now=now, actor_id=None, reason="ill")
    assert send(ticket.id, connected(row(ticket, 2), now, "FY-2"), now, other).state is State.APPLIED


def test_a_person_puts_their_own_entry_right_and_an_older_one_comes_too_late(now, ticket, crew):
    send(ticket.id, connected(row(ticket), now, "FY-1"), now, crew)
    assert send(ticket.id, connected(row(ticket), now + timedelta(minutes=5), "FY-3"), now, crew).state is State.APPLIED
    assert queries.seal_of(subject="groups.point:1").number == "FY-3"
    assert send(ticket.id, connected(row(ticket), now, "FY-1"), now, crew).state is State.OLDER
    assert row(ticket).seal_number == "FY-3"


def test_a_ticket_without_a_leader_takes_no_work(now):
    ticket_id = tickets.open_ticket(now)
    task = queries.ticket(ticket_id).tasks[0]
    entry = send(ticket_id, connected(task, now, "FY-1"), now, leader("zhang"))
    assert (entry.state, queries.ticket(ticket_id).state) == (State.QUEUED, values.TicketState.OPEN)


def test_a_qualification_that_ran_out_before_the_work_stops_it(now, ticket, crew):
    held = queries.qualification_of(person_id=crew, on=tickets.DAY)
    operations.end_qualification(qualification_id=held.id, end=tickets.DAY)
    assert "2026-11-04" in send(ticket.id, connected(row(ticket), now, "FY-1"), now, crew).sentence


@pytest.mark.requirement("G-057")
def test_it_closes_when_every_row_has_an_outcome_and_says_so_to_who_ordered_it(now, ticket, crew, monkeypatch):
    told = []
    monkeypatch.setattr("tomoshibi.worker.operations.registry.reactions_to", lambda said: told.append(said) or [])
    send(ticket.id, connected(row(ticket), now, "FY-1"), now, crew)
    with pytest.raises(operations.RowsOpen, match="2"):
        operations.close_ticket(ticket_id=ticket.id, now=now, actor_id=crew)
    send(ticket.id, report(row(ticket, 2).id, now, what="blocked", note="no access"), now, crew)
    operations.close_ticket(ticket_id=ticket.id, now=now, actor_id=crew)
    assert told == [values.TicketClosed(ticket_id=ticket.id, ordered_by="applications.change:1")]
    assert queries.ticket(ticket.id).closed_at == now
    with pytest.raises(operations.TicketEnded):
        operations.close_ticket(ticket_id=ticket.id, now=now, actor_id=crew)


def test_a_ticket_does_not_close_over_an_entry_that_waits(now, ticket, crew):
    for no in (1, 2):
        send(ticket.id, connected(row(ticket, no), now, f"FY-{no}"), now, crew)
    entry = send(ticket.id, connected(row(ticket), now, "FY-8"), now, leader("wu"))
    with pytest.raises(operations.RowsOpen):
        operations.close_ticket(ticket_id=ticket.id, now=now, actor_id=crew)
    operations.decide_entry(key=entry.key, accept=False, now=now, actor_id=crew)
    operations.close_ticket(ticket_id=ticket.id, now=now, actor_id=crew)


@pytest.mark.parametrize("ends", ["close", "withdraw"])
def test_what_comes_after_the_end_is_work_for_the_office(now, ticket, crew, ends):
    if ends == "close":
        for no in (1, 2):
            send(ticket.id, connected(row(ticket, no), now, f"FY-{no}"), now, crew)
        operations.close_ticket(ticket_id=ticket.id, now=now, actor_id=crew)
    else:
        operations.withdraw_ticket(ticket_id=ticket.id, reason="customer withdrew", now=now, actor_id=crew)
    late = send(ticket.id, connected(row(ticket), now + timedelta(hours=1), "FY-7"), now, crew)
    assert late.state is State.QUEUED
    assert worklist.open_items(procedure="FW1")[0].kind == "fieldwork.entry_waits"
    with pytest.raises(operations.TicketEnded):
        operations.decide_entry(key=late.key, accept=True, now=now, actor_id=crew)
    operations.decide_entry(key=late.key, accept=False, now=now, actor_id=crew)


@pytest.mark.requirement("G-037", "G-036")
def test_a_device_found_on_site_gets_a_row_a_label_and_a_seal_and_later_a_point(now, ticket, crew):
    spare = operations.make_spares(count=2, now=now)[0]
    found = report(
        None, now, what="found", caption="EPON 3单元", address="灯湖小区3单元", place="JR00002", checks=YES,
        seal_number="FY-5", new_label_serial=spare.serial,
    )  # fmt: skip
    assert send(ticket.id, found, now, crew).state is State.APPLIED
    task = row(ticket, 3)
    assert (task.found_on_site, task.subject, task.outcome) == (True, "", Outcome.DONE)
    operations.adopt(task_id=task.id, subject="groups.point:99")
    assert queries.seal_of(subject="groups.point:99").number == "FY-5"
    assert queries.labels_of(subjects=["groups.point:99"])[0].serial == spare.serial
    assert row(ticket, 3).subject == "groups.point:99"
    with pytest.raises(operations.AdoptedAlready):
        operations.adopt(task_id=task.id, subject="groups.point:98")


@pytest.mark.requirement("G-037")
def test_a_device_found_on_site_is_not_connected_without_an_access_point(now, ticket, crew):
    found = report(None, now, what="found", caption="EPON", checks=YES, seal_number="FY-5")
    assert "access point" in send(ticket.id, found, now, crew).sentence
    assert len(queries.ticket(ticket.id).tasks) == 2


@pytest.mark.requirement("G-036")
def test_a_point_taken_away_on_site_loses_its_seal(now, ticket, crew):
    send(ticket.id, connected(row(ticket), now, "FY-1"), now, crew)
    send(ticket.id, report(row(ticket).id, now + timedelta(hours=1), what="removed", note="not there"), now, crew)
    assert row(ticket).outcome is Outcome.REMOVED
    assert queries.seal_of(subject="groups.point:1") is None


@pytest.mark.requirement("G-029")
def test_a_move_takes_a_new_seal_to_the_new_place(now, ticket, crew):
    send(ticket.id, connected(row(ticket), now, "FY-1"), now, crew)
    later = now + timedelta(hours=1)
    moving = tickets.open_ticket(now, order(1, act="move", place="JR00009"))
    operations.assign_leader(ticket_id=moving, person_id=crew, now=now, actor_id=None)
    task = queries.ticket(moving).tasks[0]
    used = send(moving, report(task.id, later, seal_number="FY-1"), now, crew)
    assert "FY-1" in used.sentence
    assert send(moving, report(task.id, later, seal_number="FY-2"), now, crew).state is State.APPLIED
    seal = queries.seal_of(subject="groups.point:1")
    assert (seal.number, seal.place) == ("FY-2", "JR00009")


@pytest.mark.requirement("G-049")
def test_a_label_is_replaced_on_site_by_a_spare_one_with_a_reason(now, ticket, crew):
    send(ticket.id, connected(row(ticket), now, "FY-1"), now, crew)
    spare = operations.make_spares(count=1, now=now)[0]
    again = tickets.open_ticket(now, order(1, act="replace_label"))
    operations.assign_leader(ticket_id=again, person_id=crew, now=now, actor_id=None)
    task = queries.ticket(again).tasks[0]
    old = queries.labels_of(subjects=["groups.point:1"])[0]
    silent = send(again, report(task.id, now, new_label_serial=spare.serial), now, crew)
    assert silent.state is State.QUEUED
    send(again, report(task.id, now, new_label_serial=spare.serial, note="burnt"), now, crew)
    gone = queries.label(serial=old.serial)
    assert (gone.void_reason, gone.replaced_by) == ("burnt", spare.serial)
    assert queries.labels_of(subjects=["groups.point:1"])[0].caption == old.caption
    assert queries.seal_of(subject="groups.point:1").label_serial == spare.serial
    other = operations.make_spares(count=1, now=now)[0]
    assert (
        send(again, report(task.id, now + timedelta(1), new_label_serial=old.serial, note="x"), now, crew).state
        is State.QUEUED
    )
    operations.use_spare(serial=other.serial, subject="groups.point:2", caption=(), reason="lost", now=now)
    with pytest.raises(operations.NotSpare):
        operations.use_spare(serial=other.serial, subject="groups.point:1", caption=(), reason="lost", now=now)


@pytest.mark.requirement("G-047")
def test_a_label_of_another_point_waits_for_the_office(now, ticket, crew):
    other = queries.labels_of(subjects=["groups.point:2"])[0]
    entry = send(ticket.id, connected(row(ticket), now, "FY-1", label_serial=other.serial), now, crew)
    assert other.number in entry.sentence
    assert queries.seal_of(subject="groups.point:1") is None


@pytest.mark.requirement("G-047")
def test_a_label_seen_at_two_places_from_the_phone_is_work_for_the_office(now, ticket, crew):
    label = queries.labels_of(subjects=["groups.point:1"])[0]
    here = {"latitude_e6": 31_830_000, "longitude_e6": 117_230_000, "accuracy_m": 10}
    there = {**here, "latitude_e6": 31_840_000}
    for minutes, position in enumerate((here, there)):
        entry = send(
            ticket.id,
            connected(
                row(ticket), now + timedelta(minutes=minutes), "FY-1", label_serial=label.serial, position=position
            ),
            now,
            crew,
        )
        assert entry.state is State.APPLIED
    items = worklist.open_items(procedure="FW2")
    assert [item.kind for item in items] == ["fieldwork.suspicious_label"]


@pytest.mark.parametrize(
    "broken",
    [
        {"what": "dance"}, {"what": "done"}, {"what": "done", "task_id": "1"}, {"what": "done", "task_id": 1, "made_at": "x"},
        {"what": "done", "task_id": 1, "made_at": "2026-11-04T09:00:00"},
        {"what": "done", "task_id": 1, "made_at": "2026-11-04T09:00:00+09:00", "checks": {"fit": "yes"}},
        {"what": "done", "task_id": 1, "made_at": "2026-11-04T09:00:00+09:00", "position": {"latitude_e6": 10**12}},
        {"what": "done", "task_id": 1, "made_at": "2026-11-04T09:00:00+09:00", "seal_number": "x" * 31},
        {"what": "done", "task_id": 10**15, "made_at": "2026-11-04T09:00:00+09:00"},
    ],
)  # fmt: skip
def test_what_nobody_can_read_is_kept(now, ticket, crew, broken):
    entry = send(ticket.id, broken, now, crew)
    assert entry.state is State.QUEUED
    assert waiting(ticket.id) == [entry.sentence]


def test_an_entry_stays_as_it_was_sent(now, ticket, crew):
    entry = send(ticket.id, connected(row(ticket), now, "FY-1"), now, crew)
    for change in ({"payload": {}}, {"state": "dropped"}, {"received_at": now}):
        with pytest.raises(ProgrammingError), transaction.atomic():
            Entry.objects.filter(key=entry.key).update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Entry.objects.filter(key=entry.key).delete()


def test_a_phone_knows_the_tickets_of_its_crew(now, ticket, crew):
    mate = person("mate")
    assert queries.tickets_of_crew(person_id=mate, until=tickets.DAY) == []
    operations.add_member(ticket_id=ticket.id, name="mate", person_id=mate)
    for one in (crew, mate):
        assert [found.id for found in queries.tickets_of_crew(person_id=one, until=tickets.DAY)] == [ticket.id]
    assert queries.tickets_of_crew(person_id=crew, until=tickets.DAY - timedelta(days=1)) == []


def test_a_number_typed_by_hand_is_read_with_its_check_digit():
    for serial in (1, 42, 7185, 12_345_678, 2**40 - 1):
        assert values.serial_of(values.number_of(serial)) == serial
    assert values.serial_of("００００ ００４２ ２") == 42
    for wrong in ("0000 0042 3", "", "abc", "1" * 20):
        assert values.serial_of(wrong) is None


@pytest.mark.requirement("G-046")
def test_a_check_finds_a_seal_that_nobody_had_told_us_of(now, crew):
    ticket_id = tickets.open_ticket(now, order(1, act="check"), order(2, act="check"))
    operations.assign_leader(ticket_id=ticket_id, person_id=crew, now=now, actor_id=None)
    first, second = queries.ticket(ticket_id).tasks
    send(ticket_id, report(first.id, now, checks=YES, seal_number="OLD-1"), now, crew)
    assert queries.seal_of(subject="groups.point:1").label_serial is None
    again = send(ticket_id, report(second.id, now, checks=YES, seal_number="OLD-1"), now, crew)
    assert "OLD-1" in again.sentence


@pytest.mark.requirement("G-046")
def test_a_label_is_bound_to_the_seal_that_was_there_before_it(now, crew):
    operations.note_seal(number="OLD-1", subject="groups.point:1", place="JR00001", placed_at=now, now=now)
    label = tickets.label(now, 1)
    operations.hang_seal(number="OLD-1", label_serial=label.serial, place="JR00001", placed_at=now, now=now)
    assert queries.seal_of(subject="groups.point:1").label_serial == label.serial
    with pytest.raises(operations.SealElsewhere):
        operations.note_seal(number="OLD-2", subject="groups.point:1", place="x", placed_at=now, now=now)
