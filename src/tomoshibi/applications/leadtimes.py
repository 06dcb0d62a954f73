"""How long the grid needs before a first day (``leadtimes.yaml``)."""

from functools import lru_cache
from pathlib import Path

import yaml

from tomoshibi.applications.values.intake import IntakeKind, LeadTime


@lru_cache(maxsize=1)
def _declared() -> dict[str, LeadTime]:
    rows = yaml.safe_load((Path(__file__).parent / "leadtimes.yaml").read_text("utf-8"))
    return {kind: LeadTime(**row) for kind, row in rows.items()}


def lead_time(kind: str) -> LeadTime:
    """The lead time of a kind of application; that of a switch where the kind is not known yet."""
    return _declared().get(kind) or _declared()[IntakeKind.SWITCH.value]
