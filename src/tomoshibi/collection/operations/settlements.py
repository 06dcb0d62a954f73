"""The agent pays us what it collected, less its fee."""

from datetime import date, datetime

from django.utils.translation import gettext as _
from django_integrity.conversion import Named, refine_integrity_error

from tomoshibi.collection import queries, values
from tomoshibi.collection.models import DebitBatch, Settlement
from tomoshibi.collection.operations import _rows
from tomoshibi.identity import operations as identity
from tomoshibi.storage import db


class NothingCollected(ValueError):
    """No debit of the batch came off."""


class AlreadySettled(ValueError):
    """The settlement of this batch was entered before."""


class FeeTooLarge(ValueError):
    """Fee and tax are more than was collected."""


@db.transaction_required
def settle(
    *, batch_id: int, settled_on: date, fee_minor: int, fee_tax_minor: int, now: datetime, actor_id: int | None
) -> int:
    """
    Enter the agent's settlement: what it collected, less fee and tax, is on our bank account.

    :param fee_minor: the fee without tax
    :returns: what arrived [minor]
    :raises NothingCollected: if no debit came off
    :raises AlreadySettled: if it was entered before
    :raises FeeTooLarge: if nothing would be left
    """
    batch = DebitBatch.objects.select_for_update().get(id=batch_id)
    collected = queries.collected_minor(batch_id=batch_id)
    if not collected:
        raise NothingCollected(_("No debit of this batch came off."))
    received = collected - fee_minor - fee_tax_minor
    if received < 0 or fee_minor < 0 or fee_tax_minor < 0:
        raise FeeTooLarge(_("Fee and tax are more than was collected."))
    again = AlreadySettled(_("The settlement of this batch was entered before."))
    with refine_integrity_error([(Named("collection_settlement_batch_id_key"), again)]), db.savepoint():
        Settlement.objects.create(
            batch=batch,
            settled_on=settled_on,
            collected_minor=collected,
            fee_minor=fee_minor,
            fee_tax_minor=fee_tax_minor,
            received_minor=received,
            entered_by_id=actor_id,
            entered_at=now,
        )
    _rows.post(
        source=f"debit_batch:{batch_id}",
        purpose="settlement",
        on=settled_on,
        text=_("Settlement %(agent)s %(day)s") % {"agent": batch.agent, "day": batch.debit_on},
        legs=[
            ("bank", received, None),
            ("agent_fee", fee_minor, None),
            ("tax_input", fee_tax_minor, None),
            ("agent_clearing", -collected, None),
        ],
        now=now,
        actor_id=actor_id,
    )
    batch.state = values.BatchState.SETTLED.value
    batch.save()
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"settled {collected} of debit {batch.agent} {batch.debit_on}, fee {fee_minor}",
        at=now,
        subject=f"collection.batch:{batch_id}",
        actor_id=actor_id,
        run=f"collection.batch:{batch_id}",
    )
    return received
