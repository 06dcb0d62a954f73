"""The kills of a chaos run follow from its seed, and none comes after the work it should hit."""

import pytest

from tools.chaos import plan
from tools.chaos.plan import Moment, Target


@pytest.mark.parametrize("kills", [0, 1, 2, 3, 20, 50])
def test_as_many_kills_as_asked_for_and_the_same_for_the_same_seed(kills):
    drawn = plan.draw(kills=kills, seed=7)
    assert sum(map(len, drawn.values())) == kills
    assert drawn == plan.draw(kills=kills, seed=7)


def test_every_target_and_every_moment_is_hit():
    drawn = [kill for kills in plan.draw(kills=60, seed=3).values() for kill in kills]
    assert {kill.target for kill in drawn} == set(Target)
    assert {kill.moment for kill in drawn} == set(Moment)
    assert plan.draw(kills=60, seed=3) != plan.draw(kills=60, seed=4)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kills", [6, 20])
def test_few_kills_hit_every_target_and_moment_too(kills, seed):
    stages = plan.draw(kills=kills, seed=seed)
    drawn = [kill for found in stages.values() for kill in found]
    assert {kill.target for kill in drawn} == set(Target)
    assert {kill.moment for stage in ("rating", "issue") for kill in stages[stage]} == set(Moment)


@pytest.mark.parametrize("seed", range(20))
def test_after_the_debts_are_committed_nothing_more_is_killed(seed):
    opening = plan.draw(kills=20, seed=seed)["opening"]
    assert [kill.moment for kill in opening[:-1]].count(Moment.AFTER_COMMIT) == 0
    assert opening[-1].moment is Moment.AFTER_COMMIT


@pytest.mark.parametrize("seed", range(20))
def test_the_parts_of_a_run_suffice_for_its_kills(seed):
    drawn = plan.draw(kills=20, seed=seed)
    for stage in ("rating", "issue"):
        assert sum(kill.skip + 1 for kill in drawn[stage]) < plan.PARTS


def test_a_kill_travels_as_json():
    import dataclasses
    import json

    for kill in plan.draw(kills=20, seed=1)["rating"]:
        assert plan.Kill.from_json(json.loads(json.dumps(dataclasses.asdict(kill)))) == kill
