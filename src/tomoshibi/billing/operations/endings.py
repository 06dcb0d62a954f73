"""Groups that were cancelled are told of their final bill once it is issued (G-068)."""

from tomoshibi.billing import numbering
from tomoshibi.billing.models import Bill, Invoice
from tomoshibi.groups import operations as group_operations
from tomoshibi.groups import queries as groups
from tomoshibi.storage import db


@db.transaction_required
def tell_endings() -> int:
    """
    Look at every cancelled group that waits: has a bill been issued that reaches to its last day?

    :returns: how many final bills were told
    """
    told = 0
    for ending in groups.endings(billed=False):
        contract_id = groups.contract_of(group_id=ending.group_id)
        if contract_id is None:
            continue
        bill = Bill.objects.filter(contract_id=contract_id, period_end=ending.ended_on).order_by("-revision").first()
        invoice = Invoice.objects.filter(bill_id=bill.id).first() if bill else None
        if bill is None or invoice is None:
            continue
        group_operations.record_final_bill(
            group_id=ending.group_id, document=numbering.text(invoice.number), amount_minor=bill.total_minor
        )
        told += 1
    return told
