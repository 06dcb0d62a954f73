"""The plan of the house holds: rooms explain themselves, keys point downwards, migrations are linear."""

import re
import tomllib
from pathlib import Path

import hypothesis
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from tomoshibi.config import procedures, processes, reactions, requirements, schedule
from tomoshibi.config.rooms import ROOMS
from tomoshibi.identity import queries
from tomoshibi.worker import registry

SOURCE = Path(__file__).resolve().parents[2] / "src" / "tomoshibi"
HEADINGS = ["Owns", "Does not own", "Times", "Invariants"]


def _floors() -> dict[str, int]:
    contracts = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(c["layers"] for c in contracts if c["id"] == "floors")
    return {room.strip(): len(layers) - n for n, layer in enumerate(layers) for room in layer.split("|")}


def test_every_folder_is_a_room_of_the_plan():
    folders = {p.name for p in SOURCE.iterdir() if (p / "__init__.py").exists()}
    assert folders == set(_floors())
    assert {*ROOMS, "config", "kernel", "rating"} == folders


@pytest.mark.parametrize("room", sorted(_floors()))
def test_every_room_explains_itself(room):
    text = (SOURCE / room / "README.md").read_text("utf-8")
    found = [h for h in re.findall(r"^## (.+)$", text, re.MULTILINE) if h in HEADINGS]
    assert found == HEADINGS
    assert "to be written" not in text


def test_foreign_keys_point_downstairs():
    floors = _floors()
    upwards = []
    for model in apps.get_models():
        if not model.__module__.startswith("tomoshibi.") or "Event" in model.__name__:
            continue
        room = model.__module__.split(".")[1]
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or field.auto_created or not target.__module__.startswith("tomoshibi."):
                continue
            other = target.__module__.split(".")[1]
            if other != room and floors[other] >= floors[room]:
                upwards.append(f"{model.__name__}.{field.name} -> {target.__name__}")
            if field.remote_field and other != room and not str(field.remote_field.related_name or "").endswith("+"):
                upwards.append(f"{model.__name__}.{field.name} needs related_name='+'")
    assert upwards == []


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_states_are_texts_to_migrations():
    """See ``storage.fields.StateField``: take it for a state, not the library's own field."""
    files = SOURCE.glob("*/migrations/*.py")
    assert [str(file) for file in files if "django_fsm" in file.read_text(encoding="utf-8")] == []


def test_migrations_of_a_room_are_one_line():
    graph = MigrationLoader(None, ignore_no_migrations=True).graph
    for room in ROOMS:
        leaves = graph.leaf_nodes(room)
        assert len(leaves) <= 1, f"{room} has two newest migrations: {leaves}"


def test_what_the_roof_names_exists():
    jobs = [name for names in reactions.TABLE.values() for name in names] + [s.job for s in schedule.TABLE]
    for name in jobs:
        registry.find(name)
    assert len(reactions.TABLE) <= 30


def test_every_procedure_has_a_room_and_a_name_in_three_languages():
    known = queries.procedures()
    assert len(known) == 82
    assert {p.room for p in known} <= set(ROOMS)
    assert all(p.ja and p.zh and p.en for p in known)


def test_the_steps_of_groups_have_a_room_and_a_name_in_three_languages():
    steps = queries.group_steps()
    assert {p.room for p in steps} <= set(ROOMS)
    assert all(p.ja and p.zh and p.en for p in steps)
    assert not {p.id for p in steps} & {p.id for p in queries.procedures()}


def test_tests_carry_requirements_that_exist():
    rows = requirements.table()
    assert [row.id for row in rows] == [f"G-{n:03d}" for n in range(1, 131)]
    assert {row.room for row in rows} <= set(ROOMS)
    assert set(requirements.carried_by_tests()) <= {row.id for row in rows}


def test_the_page_of_procedures_is_what_the_house_says():
    page = (SOURCE.parents[1] / "docs" / "procedures.md").read_text("utf-8")
    assert page == procedures.markdown(), "run: tomoshibi procedures --markdown > docs/procedures.md"


def test_the_diagrams_of_processes_are_those_of_the_code():
    page = (SOURCE.parents[1] / "docs" / "processes.md").read_text("utf-8")
    assert page == processes.markdown(), "run: tomoshibi processes --markdown > docs/processes.md"


def test_journeys_name_known_procedures():
    assert set(procedures.journeys_by_procedure()) <= {p.id for p in queries.steps()}


def test_no_property_is_refuted_by_a_slow_machine():
    usual = hypothesis.settings()
    assert usual.deadline is None, "an example may wait for the processor"
    assert hypothesis.HealthCheck.too_slow in usual.suppress_health_check
