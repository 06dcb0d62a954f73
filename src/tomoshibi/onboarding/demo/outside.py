"""The outside world of the demo: how it is reached, and the files that wait there for the open month."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import polars as pl
from django.conf import settings
from django.db import connections

from tomoshibi.applications.operations import switching as applications
from tomoshibi.applications.operations import works
from tomoshibi.applications.queries import switching as application_queries
from tomoshibi.applications.queries import works as work_queries
from tomoshibi.collection import operations as collection
from tomoshibi.collection import queries as collection_queries
from tomoshibi.gateways import grid_portal, simulators
from tomoshibi.gateways.switching import Manners, World
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import MILLI
from tomoshibi.masters import operations as master_data
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.messaging import queries as messaging_queries
from tomoshibi.metering import operations as metering
from tomoshibi.metering import queries as metering_queries
from tomoshibi.onboarding.demo import connected, letters, loads, market, portfolio, story
from tomoshibi.storage import db, server
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock

WEB_AREA = "03"
"""Whose grid company has a wheeling Web system."""
DAYS_TO_FILE = 3
"""Working days from the reading day until the grid company's file is there."""
MISSING, NOT_PROVIDED, REVISED, HIGH, ZERO, CORRECTED = 12, 3, 4, 5, 3, 6
"""How many points of the open month have no data, are refused, come again, use far more than usual or nothing; and how
many values of the month before are corrected."""


def places() -> simulators.Places:
    """Where the demo's simulators keep their things, beside the database."""
    usual = simulators.Places(server.data_folder() / "outside", mail_port=settings.EMAIL_PORT)
    return usual.prepare(now=worker.server_time())


def run(*, stock: simulators.Stock | None = None) -> None:
    """
    Run the outside world on the demo's clock; where a usual port is taken, on another one, and say so to the house.

    :param stock: called with an area before its grid company lists its files
    """
    usual = places()
    ports = (
        usual.grid_port, usual.agent_port, usual.switching_port, usual.mailbox_port, usual.wheeling_port, usual.spot_port,
        usual.sms_port,
    )  # fmt: skip
    grid, agent, switching, box, wheeling, spot, sms = (port if simulators.is_free(port) else 0 for port in ports)
    here = replace(
        usual,
        grid_port=grid,
        agent_port=agent,
        switching_port=switching,
        mailbox_port=box,
        wheeling_port=wheeling,
        spot_port=spot,
        sms_port=sms,
    )
    # Where something takes mail already, it is the post office that the settings name.
    apart_from = "" if simulators.is_free(usual.mail_port) else "mail"
    simulators.run(
        here,
        apart_from=apart_from,
        today=the_day,
        stock=stock,
        known=connected.point,
        publish=market.publish,
        told=lambda found: _connect_again(here, found),
    )


def run_phones() -> None:
    """The outside world of the Chinese demo: a post office, and the gateway of text messages with its phones."""
    usual = places()
    here = replace(usual, sms_port=usual.sms_port if simulators.is_free(usual.sms_port) else 0)
    systems = ("mail", "sms") if simulators.is_free(usual.mail_port) else ("sms",)
    simulators.run(
        here,
        only=systems,
        today=the_day,
        told=lambda found: connect_texts(replace(here, sms_port=urlsplit(found["sms"]).port or 0)),
    )


def _connect_again(at: simulators.Places, addresses: dict[str, str]) -> None:
    ports = {system: urlsplit(address).port or 0 for system, address in addresses.items()}
    here = replace(
        at,
        grid_port=ports["grid_portal"],
        agent_port=ports["debit_agent"],
        switching_port=ports["switching"],
        mailbox_port=ports["mailbox"],
        wheeling_port=ports["wheeling_web"],
        spot_port=ports["spot_market"],
        sms_port=ports["sms"],
    )
    connect_texts(here)
    known = collection_queries.link(agent=portfolio.AGENT)
    prefixes = {here.grid_connection(area).prefix for area in story.AREAS}
    grid_known = {endpoint.base_url for endpoint in metering_queries.endpoints(active_only=False)}
    tell_switching(here)
    line = application_queries.link()
    desk, spot = work_queries.desk(area=WEB_AREA), masters.spot_market()
    moved = line is None or line.address != here.switching_connection().address
    moved |= desk is None or desk.address != here.wheeling_connection().address
    moved |= any(box.port != here.mailbox_port for box in messaging_queries.mailboxes())
    moved |= spot is None or spot.address != here.spot_connection().address
    if moved or known is None or known.port != here.agent_port or not prefixes <= grid_known:
        with db.transaction():
            connect(here)


def connect(at: simulators.Places) -> None:
    """Tell the rooms how the outside world is reached."""
    for area in story.AREAS:
        connection = at.grid_connection(area)
        metering.set_portal(
            area=area,
            base_url=connection.prefix,
            certificate_file=str(connection.certificate),
            key_file=str(connection.key or ""),
            trust_file=str(connection.authority or ""),
            now=story.NOW,
        )
    collection.set_link(agent=portfolio.AGENT, connection=at.agent_connection(), now=story.NOW, actor_id=None)
    tell_switching(at)
    letters.open_boxes(at)
    spot = at.spot_connection()
    master_data.set_spot_market(address=spot.address, trust_file=str(spot.authority or ""), invented=True)
    switching = at.switching_connection()
    applications.set_link(
        address=switching.address,
        certificate_file=str(switching.certificate),
        trust_file=str(switching.authority or ""),
        pace_ms=0,  # a stepped clock asks for weeks in seconds
        retailer_codes={"": story.RETAILER},
        search_areas=["03"],
    )
    _set_desks(at)


def _set_desks(at: simulators.Places) -> None:
    """One area's grid company takes works on its Web system, the others by mail; forms from 500 kW up go by mail."""
    web = at.wheeling_connection()
    works.set_desk(area="", works_route="mail", mail="takusou@grid.example.jp", name="", page="")
    works.set_desk(
        area=WEB_AREA,
        works_route="web",
        mail="takusou-03@grid.example.jp",
        address=web.address,
        certificate_file=str(web.certificate),
        trust_file=str(web.authority or ""),
        pace_ms=0,
    )


def tell_switching(at: simulators.Places) -> None:
    """The switching support system of the demo knows its points; a stepped clock is not held up by its pace."""
    manners = replace(Manners.read(at.switching_folder), calls_per_second=0)
    connected.with_our_days(manners).write(at.switching_folder)
    connected.tell(World(at.switching_folder), on=clock.today() if clock.is_stepped() else story.NOW.date())


def connect_texts(at: simulators.Places) -> None:
    """Tell messaging how text messages leave: both demonstrations have phones."""
    gateway = at.sms_connection()
    known = messaging_queries.text_link()
    if known is None or known.address != gateway.address:
        with db.transaction():
            messaging.set_text_link(
                address=gateway.address, trust_file=str(gateway.authority), sender=masters.company().name[:20]
            )


def the_day() -> date:
    """The demo's day, for threads of the outside world: each question goes over a connection that does not stay."""
    try:
        return clock.today()
    finally:
        connections.close_all()


@contextmanager
def agent_at_work() -> Iterator[None]:
    """The collection agent, listening on a free port for as long as the block lasts."""
    usual = places()
    with ExitStack() as stack:
        own = replace(usual, agent_port=0)
        address = simulators.start(own, stack, only=("debit_agent",), today=the_day)["debit_agent"]
        port = int(address.rsplit(":", 1)[1])
        here = replace(usual, agent_port=port)
        _link(here)
        try:
            yield
        finally:
            _link(usual)


def _link(at: simulators.Places) -> None:
    with db.transaction():
        collection.set_link(agent=portfolio.AGENT, connection=at.agent_connection(), now=story.NOW, actor_id=None)


@dataclass(frozen=True)
class Mishaps:
    """What goes wrong in the open month: identifiers by what happens to them."""

    missing: frozenset[str]
    not_provided: frozenset[str]
    revised: frozenset[str]
    high: frozenset[str]
    zero: frozenset[str]

    @classmethod
    def choose(cls, spins: list[str]) -> "Mishaps":
        counts = (MISSING, NOT_PROVIDED, REVISED, HIGH, ZERO)
        rng = np.random.default_rng([story.SEED, 10])
        drawn = rng.choice(sorted(set(spins)), sum(counts), replace=False).tolist()
        edges = np.cumsum((0, *counts))
        return cls(*(frozenset(drawn[a:b]) for a, b in itertools.pairwise(edges)))


NO_MISHAPS = Mishaps(frozenset(), frozenset(), frozenset(), frozenset(), frozenset())


def write_open_month(supplied: pl.DataFrame, *, used: loads.Loads, folder: Path) -> int:
    """
    The grid companies' files for the open month: one per area and reading day, with what goes wrong.

    :param supplied: columns of ``contracts.queries.SUPPLIED``
    :returns: how many files
    """
    rows = loads.periods(supplied, month=story.OPEN)
    mishaps = Mishaps.choose(rows["spin"].to_list())
    return sum(write_file(file, used=used, folder=folder, mishaps=mishaps) for file in files_of(rows, month=story.OPEN))


@dataclass(frozen=True)
class File:
    """
    What a grid company gives out about one reading day.

    :ivar rows: as ``loads.periods``
    """

    area: str
    base_day: str
    month: Month
    made_on: date
    rows: pl.DataFrame

    def path(self, folder: Path, *, revision: int = 1, high_voltage: bool = False) -> Path:
        section = int(self.base_day)
        name = grid_portal.confirmed_name(self.made_on, revision=revision, section=section, high_voltage=high_voltage)
        return folder / self.area / name


def files_of(rows: pl.DataFrame, *, month: Month) -> Iterator[File]:
    """The files of a reading month, from ``loads.periods`` of it."""
    days = {(day.area, day.base_day): day.reading_on for day in masters.reading_days(month=month)}
    for (area, base_day), part in rows.group_by("area", "base_day", maintain_order=True):
        key = str(area), str(base_day)
        yield File(*key, month, file_day(days[key], area=key[0]), part)


def file_day(reading_on: date, *, area: str) -> date:
    """On which day the grid company gives out the file of a reading day."""
    return masters.add_business_days(reading_on, DAYS_TO_FILE, area=area)


def write_file(file: File, *, used: loads.Loads, folder: Path, mishaps: Mishaps = NO_MISHAPS) -> int:
    """:returns: how many: another one where some of it comes again revised, and one for high voltage"""
    rows = file.rows.filter(~pl.col("spin").is_in(list(mishaps.missing)))
    points = [_point(row, used, mishaps) for row in rows.iter_rows(named=True)]
    high = [_with_demand(point, used, file.month) for point in points if used.demand_no(point.spin) is not None]
    points = [point for point in points if used.demand_no(point.spin) is None]
    _write(file.path(folder), points, made_on=file.made_on, month=file.month)
    if high:
        _write(file.path(folder, high_voltage=True), high, made_on=file.made_on, month=file.month)
    again = [_again(point) for point in points if point.spin in mishaps.revised]
    if again:
        later = replace(file, made_on=masters.add_business_days(file.made_on, 1, area=file.area))
        _write(later.path(folder, revision=2), again, made_on=later.made_on, month=file.month)
    return 1 + bool(again) + bool(high)


def write_corrections(supplied: pl.DataFrame, *, used: loads.Loads, folder: Path) -> int:
    """
    Corrected values for a few points of the last billed month: what becomes correcting bills and return invoices.

    :returns: how many files
    """
    month = story.BILLED[-1]
    rows = loads.periods(supplied, month=month)
    rng = np.random.default_rng([story.SEED, 9])
    chosen = rows[sorted(rng.choice(rows.height, CORRECTED, replace=False).tolist())]
    chosen = chosen.filter([used.demand_no(spin) is None for spin in chosen["spin"]])
    count = 0
    for (area,), part in chosen.group_by("area", maintain_order=True):
        points = [
            _again(_point(row, used, NO_MISHAPS), more=bool(number % 2))
            for number, row in enumerate(part.iter_rows(named=True))
        ]
        made_on = story.NOW.date() - timedelta(days=1)
        name = grid_portal.confirmed_name(made_on, revision=2, section=90)
        _write(folder / str(area) / name, points, made_on=made_on, month=month)
        count += 1
    return count


def _point(row: dict[str, object], used: loads.Loads, mishaps: Mishaps) -> grid_portal.PointMonth:
    spin, start, end = str(row["spin"]), row["period_start"], row["period_end"]
    assert isinstance(start, date)
    assert isinstance(end, date)
    if spin in mishaps.not_provided:
        return grid_portal.PointMonth(spin=spin, energy_dwh=0, provided=False)
    values = used.half_hours(spin, start=start, end=end)
    if spin in mishaps.zero:
        values = np.zeros_like(values)
    elif spin in mishaps.high:
        values = values * 4
    return _month_of(spin, values, start)


def _with_demand(point: grid_portal.PointMonth, used: loads.Loads, month: Month) -> grid_portal.PointMonth:
    """A point on actual demand, with what its meter says; what the grid company does not know is left out."""
    demand, factor = used.demand(point.spin, month=month)
    return replace(
        point,
        high_voltage=True,
        max_demand_kw="" if demand is None else f"{demand / MILLI:.1f}",
        power_factor="" if factor is None else f"{factor // MILLI}",
    )


def _month_of(spin: str, values: loads.Vector, start: date) -> grid_portal.PointMonth:
    return grid_portal.PointMonth(
        spin=spin,
        energy_dwh=int(values.sum(dtype=np.int64)),
        first_day=start,
        half_hours_dwh=values,
        meter=f"D{spin[-8:]}",
    )


def _again(point: grid_portal.PointMonth, *, more: bool = True) -> grid_portal.PointMonth:
    """The same point with another word on what it used."""
    if not point.provided or point.first_day is None:
        return point
    values = np.asarray(point.half_hours_dwh, dtype=np.int32)
    step = loads.FINEST_DWH
    changed = values + 2 * step if more else np.maximum(values - 2 * step, 0)
    return _month_of(point.spin, changed, point.first_day)


def _write(path: Path, points: list[grid_portal.PointMonth], *, made_on: date, month: Month) -> None:
    made_at = datetime.combine(made_on, time(5), tzinfo=story.NOW.tzinfo)
    grid_portal.write_confirmed(path, points, month=month.number, made_at=made_at)
