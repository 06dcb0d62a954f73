"""Setting the house up, step by step."""

from datetime import datetime

from tomoshibi.onboarding.models import SetupStep
from tomoshibi.storage import db


class StepDone(ValueError):
    """A step of the set-up was done already."""


@db.transaction_required
def mark_step(*, code: str, at: datetime, outcome: str = "") -> None:
    """
    Record, in the transaction of the step itself, that it was done.

    :raises StepDone: if it was done before
    """
    _row, new = SetupStep.objects.get_or_create(code=code, defaults={"done_at": at, "outcome": outcome[:300]})
    if not new:
        raise StepDone(f"the step {code} was done already")
