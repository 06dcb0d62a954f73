"""Long work of the masters."""

from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.gateways import spot_market
from tomoshibi.identity import operations as identity
from tomoshibi.masters import operations, queries, values
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock


@worker.define_job("masters.import_banks", procedure="MS9", label=gettext_noop("Renew banks and branches"))
def import_banks(progress: worker.Progress) -> str:
    """Bring banks and branches up to the installed list; running it again changes nothing."""
    now, today = clock.now(), clock.today()
    with db.transaction():
        banks, branches = operations.import_banks(on=today)
        what = f"{banks} banks and {branches} branches began or changed"
        identity.record_deed(procedure="MS9", what=what, at=now, subject="masters.banks")
    return _("%(banks)d banks and %(branches)d branches began or changed") % {"banks": banks, "branches": branches}


_TOOK = {
    "new": gettext_noop("%(count)s new days"),
    "changed": gettext_noop("%(count)s changed days"),
    "same": gettext_noop("%(count)s days as before"),
    "not published": gettext_noop("%(count)s days not published yet"),
}


@worker.define_job(values.FETCH_SPOT_JOB, procedure="MS2", label=gettext_noop("Fetch spot prices"))
def fetch_spot(progress: worker.Progress) -> str:
    """
    Ask the market for the days that are missing, up to tomorrow's, and again for the last week, which it may revise.

    Running it again takes nothing twice. Where no market is configured there is nothing to ask.
    """
    link = queries.spot_market()
    if link is None:
        return _("no spot market is configured")
    today = clock.today()
    days = queries.spot_days_to_ask(today=today)
    counts = {"new": 0, "changed": 0, "same": 0, "not published": 0}
    with spot_market.HttpsMarket(_connection(link)) as market:
        for number, day in enumerate(days, start=1):
            counts[_take_day(market, day, invented=link.invented)] += 1
            progress(number, len(days))
    return ", ".join(_(form) % {"count": counts[what]} for what, form in _TOOK.items() if counts[what]) or _(
        "nothing to ask"
    )


def _take_day(market: spot_market.Market, day: date, *, invented: bool) -> str:
    content = market.fetch(day)
    if content is None:
        return "not published"
    try:
        with db.transaction():
            name = spot_market.name_of(day)
            found = operations.take_spot_day(
                content=content, day=day, file_name=name, now=clock.now(), invented=invented
            )
    except operations.NothingNew:
        return "same"
    return "changed" if found.changed_days else "new"


def _connection(link: values.SpotMarket) -> spot_market.Connection:
    return spot_market.Connection(address=link.address, authority=Path(link.trust_file) if link.trust_file else None)
