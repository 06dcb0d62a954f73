"""The applicant does not want it any more: until the contract stands, by themselves on the page of the application's state."""

from datetime import datetime

from django.utils.translation import gettext as _

from tomoshibi.applications.models import Intake, Registration
from tomoshibi.applications.operations import examination, intake, switching
from tomoshibi.applications.operations import works as by_form
from tomoshibi.applications.queries import switching as cases
from tomoshibi.applications.queries import works
from tomoshibi.applications.values import OPEN_CASES, IntakeState, RegistrationState
from tomoshibi.applications.values.intake import OPEN_STATES
from tomoshibi.applications.values.works import OPEN_WORKS
from tomoshibi.storage import db


class TooLateToWithdraw(ValueError):
    """The contract stands, or the grid company fixed the day; the sentence says what to do instead."""


@db.transaction_required
def withdraw_as_applicant(*, intake_id: int, now: datetime) -> bool:
    """
    End an application because the applicant asks for it. What is out at the grid company is taken back there; it ends when
    the grid company took that.

    :returns: whether it has ended; otherwise the grid company's answer decides
    :raises TooLateToWithdraw: behind the cut-off
    """
    row = intake.locked(intake_id=intake_id)
    why = _("withdrawn by the applicant")
    if row.state == IntakeState.WITHDRAWN:
        return True
    if row.state in OPEN_STATES:
        intake.withdraw(intake_id=intake_id, reason=why, now=now)
        return True
    registration = Registration.objects.select_for_update().filter(intake=row).first()
    waits = registration is not None and registration.state in {RegistrationState.PREPARED, RegistrationState.CONFIRMED}
    if registration is None or row.state != IntakeState.HANDED_OVER or not waits:
        raise TooLateToWithdraw(_too_late())
    if row.reason:
        return False  # it is asked for already
    _take_back(registration, why, now=now)
    if not _under_way(registration.id):
        examination.cancel_registration(intake_id=intake_id, reason=why, now=now, actor_id=None)
        return True
    Intake.objects.filter(id=row.id).update(reason=why)
    intake.record(row, "was asked by the applicant to withdraw", now=now, actor_id=None)
    return False


def _take_back(registration: Registration, why: str, *, now: datetime) -> None:
    open_cases = [one.id for one in cases.cases_of(registration_id=registration.id) if one.state in OPEN_CASES]
    try:
        with db.savepoint():
            if open_cases:
                switching.cancel_cases(case_ids=open_cases, reason=why, now=now, actor_id=None)
            for work in works.cases_of(registration_id=registration.id):
                if work.state in OPEN_WORKS:
                    by_form.cancel_work(case_id=work.id, reason=why, now=now, actor_id=None)
    except (switching.CannotMove, by_form.TooLate):
        raise TooLateToWithdraw(_too_late()) from None


def _under_way(registration_id: int) -> bool:
    return any(one.state in OPEN_CASES for one in cases.cases_of(registration_id=registration_id))


def _too_late() -> str:
    return _("It is too late to withdraw here: the day is fixed with the grid company. Please call us.")


@db.transaction_required
def withdrawal_answered(*, registration_id: int, taken: bool, now: datetime) -> None:
    """
    The grid company answered a cancellation. Only where the applicant asked for it the registration ends with it; refused,
    the application goes on, and that stands on its page.
    """
    registration = Registration.objects.select_related("intake").filter(id=registration_id).first()
    if registration is None or registration.state != RegistrationState.CONFIRMED or not registration.intake.reason:
        return
    if not taken:
        Intake.objects.filter(id=registration.intake_id).update(reason="")
    elif not _under_way(registration_id):
        examination.cancel_registration(
            intake_id=registration.intake_id, reason=registration.intake.reason, now=now, actor_id=None
        )
