"""How far the bills of a month are."""

from datetime import date

from django.db.models import F, Sum

from tomoshibi.billing import values
from tomoshibi.billing.models import Invoice, Notice, PrintBatch, Run
from tomoshibi.billing.queries.members import reading_day_counts
from tomoshibi.kernel.periods import Month

_CALCULATED = (values.RunState.RATED, values.RunState.CHECKED, values.RunState.EXAMINED)


def month_figures(*, month: Month, today: date) -> values.MonthFigures:
    """
    The first bills of a month (no corrections), from supplied contracts to the statements that went out.

    :param today: contracts whose reading day comes later are not counted yet
    """
    days = [day for day in reading_day_counts(month=month) if day.reading_on is None or day.reading_on <= today]
    runs = list(Run.objects.filter(month=month.number, kind=values.RunKind.REGULAR).order_by("id"))
    issued = [run for run in runs if run.state == values.RunState.ISSUED]
    bills = sum(run.bill_count for run in issued)
    beside_a_lead = Invoice.objects.filter(run_id__in=[run.id for run in issued], lead_bill_id__isnull=False)
    # A batch that broke off printed nothing that could be sent: it counts when its manifest is there.
    made = PrintBatch.objects.filter(run__in=issued, manifest_file_id__isnull=False)
    printed = made.aggregate(n=Sum("statement_count", default=0))
    return values.MonthFigures(
        month=month,
        supplied=sum(day.supplied for day in days),
        ready=sum(day.ready for day in days),
        billed=sum(day.billed for day in days),
        to_examine=sum(run.bill_count for run in runs if run.state in _CALCULATED),
        to_issue=sum(run.bill_count for run in runs if run.state == values.RunState.CONFIRMED),
        issued=bills,
        issued_minor=sum(run.total_minor for run in issued),
        told=Notice.objects.filter(run_id__in=[run.id for run in issued]).count(),
        printed=printed["n"],
        documents=bills - beside_a_lead.exclude(lead_bill_id=F("bill_id")).count(),
        open_run_ids=tuple(run.id for run in runs if run.state in values.OPEN_STATES),
        issued_run_ids=tuple(run.id for run in issued),
    )
