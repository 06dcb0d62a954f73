"""When the registration of an application asks for a second person (``second_person.yaml``)."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tomoshibi.applications.values.intake import Answers

REASONS: dict[str, str | Promise] = {
    "market": _("The plan's price follows the market: a second person checks that the applicant was told."),
    "company": _("A company signs: a second person checks the name and who may sign."),
    "power": _("A power contract: a second person checks size and equipment."),
}


@lru_cache(maxsize=1)
def _declared() -> list[dict[str, Any]]:
    return list(yaml.safe_load((Path(__file__).parent / "second_person.yaml").read_text("utf-8")))


def why_second(answers: Answers) -> str:
    """The code of the first reason that asks for a second person; empty where one is enough."""
    given = {
        "kinds": answers.kind,
        "plans": answers.plan_code,
        "applicants": answers.applicant,
        "units": answers.capacity_unit,
    }
    for row in _declared():
        if all(given[name] in wanted for name, wanted in row.items() if name != "why"):
            return str(row["why"])
    return ""
