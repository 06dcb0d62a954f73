"""Seals hang where their label belongs; a copied label and a wrong seal are noticed (G-046, G-047, G-050)."""

from datetime import timedelta

import pytest

from tests.fieldwork.test_labels import make
from tomoshibi.fieldwork import keys, operations, queries, signing, values
from tomoshibi.worklist import queries as worklist

pytestmark = pytest.mark.usefixtures("in_transaction")
HERE = values.Position(latitude_e6=31_830_000, longitude_e6=117_230_000, accuracy_m=10)


def north(metres):
    return values.Position(HERE.latitude_e6 + round(metres * 8.993), HERE.longitude_e6, accuracy_m=10)


def hang(now, label, number="FY-0001", place="JR00001", **more):
    return operations.hang_seal(
        number=number, label_serial=label.serial, place=place, placed_at=now, now=now, actor_id=7, **more
    )


@pytest.fixture
def label(now):
    made = make(now, 1)[0]
    operations.print_labels(serials=[made.serial], template="a4-21", now=now)
    return made


def scan(label, now, **more):
    token = signing.token(label.serial, key_no=1, key=keys.private_key())
    return operations.scan(token=token, now=now, procedure="GR5", **more)


@pytest.mark.requirement("G-046")
def test_a_seal_says_what_it_hangs_at_who_hung_it_and_when(now, label):
    seal = hang(now, label, photo_file_id=12)
    assert (seal.subject, seal.place, seal.placed_by_id, seal.placed_at, seal.photo_file_id) == (
        "groups.point:1", "JR00001", 7, now, 12,
    )  # fmt: skip
    assert queries.seal_of(subject="groups.point:1") == seal


@pytest.mark.requirement("G-046")
def test_the_same_message_again_changes_nothing(now, label):
    assert hang(now, label) == hang(now + timedelta(hours=1), label)
    assert len(queries.seals_at(place="JR00001")) == 1


@pytest.mark.requirement("G-046")
def test_a_seal_number_is_used_once_in_its_life(now, label):
    other = make(now, 2)[0]
    hang(now, label)
    with pytest.raises(operations.SealUsed, match="FY-0001"):
        hang(now, other)
    with pytest.raises(operations.SealElsewhere, match="FY-0001"):
        hang(now, label, number="FY-0002")
    assert operations.remove_seal(number="FY-0001", removed_at=now)
    assert not operations.remove_seal(number="FY-0001", removed_at=now)
    with pytest.raises(operations.SealUsed):
        hang(now, other)
    with pytest.raises(operations.SealUsed):
        hang(now, label)


@pytest.mark.requirement("G-046")
def test_a_void_or_unknown_label_takes_no_seal(now, label):
    operations.void_labels(serials=[label.serial], reason="lost", now=now)
    with pytest.raises(operations.LabelVoid):
        hang(now, label)
    with pytest.raises(queries.NoSuchLabel):
        operations.hang_seal(number="FY-9", label_serial=10**9, place="x", placed_at=now, now=now)


@pytest.mark.requirement("G-050")
def test_every_seal_that_should_be_at_an_access_point_is_listed(now):
    for n, label in enumerate(make(now, 1, 2, 3)):
        hang(now, label, number=f"FY-{n}", place="JR00001" if n < 2 else "JR00002")
    operations.remove_seal(number="FY-1", removed_at=now)
    assert [seal.number for seal in queries.seals_at(place="JR00001")] == ["FY-0"]


@pytest.mark.requirement("G-047")
def test_a_label_seen_at_two_places_becomes_work(now, label):
    assert scan(label, now, actor_id=7, position=HERE).suspicions == ()
    assert scan(label, now, actor_id=7, position=north(90)).suspicions == ()
    found = scan(label, now, actor_id=7, position=north(400))
    assert found.verdict is values.Verdict.GENUINE
    assert "310" in found.suspicions[0]
    item = worklist.open_items(procedure="GR5")[0]
    assert (item.kind, item.subject) == ("fieldwork.suspicious_label", f"fieldwork.label:{label.serial}")


@pytest.mark.requirement("G-047")
def test_a_label_in_another_seal_becomes_work(now, label):
    hang(now, label)
    assert scan(label, now, actor_id=7, seal_number="FY-0001").suspicions == ()
    found = scan(label, now, actor_id=7, seal_number="FY-0002")
    assert "FY-0002" in found.suspicions[0]
    assert "FY-0001" in found.suspicions[0]
    assert len(worklist.open_items(procedure="GR5")) == 1


@pytest.mark.requirement("G-048")
def test_the_public_learns_only_that_the_label_is_genuine(now, label):
    found = scan(label, now, position=HERE, seal_number="FY-0002")
    assert found.verdict is values.Verdict.GENUINE
    assert found.suspicions == ()
    assert worklist.open_items(procedure="GR5") == []
    # And where the public was is not kept: the next scan by staff has nothing to be far from.
    assert scan(label, now, actor_id=7, position=north(10_000)).suspicions == ()
