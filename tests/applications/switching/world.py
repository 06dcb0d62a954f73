"""A retailer with the line to a switching support system that listens on a real socket; days pass as the test says."""

from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.metering.conftest import set_up_retailer
from tests.metering.grid import spin
from tomoshibi.applications.jobs import switching as jobs
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.queries import switching as queries
from tomoshibi.applications.values import NewCase, SwitchingKind
from tomoshibi.contracts import queries as contracts
from tomoshibi.gateways import certificates, switching
from tomoshibi.gateways.switching import Manners, PointSeed
from tomoshibi.masters import operations as masters
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.supply import queries as points
from tomoshibi.worker import operations as clock
from tomoshibi.worker.operations import Progress

US, OTHER = "55555", "10001"
TOKYO = ZoneInfo("Asia/Tokyo")
START = datetime(2026, 11, 2, 10, tzinfo=TOKYO)
START_DAY = START.date()
ELSEWHERE, FRESH, HIGH = spin(101), spin(102), spin(103)
"""Points that others supply; the house does not know them."""
TERMS = {"plan_code": "tokyo-regulated-b", "capacity_kind": "A", "capacity_milli": 40_000}


def quiet(*_args):
    """A progress that nobody looks at."""


class Outside:
    """The simulator and the clock that the house and the world share."""

    def __init__(self, simulator, keys):
        self.simulator = simulator
        self.keys = keys
        self.now = START
        self.world = simulator.world

    @property
    def today(self) -> date:
        return self.now.date()

    def go(self, *, days: int = 0, hours: int = 0, to: date | None = None) -> None:
        """Time passes, in the house and outside."""
        self.now = datetime.combine(to, self.now.timetz()) if to else self.now + timedelta(days=days, hours=hours)
        with db.transaction():
            clock.set_clock(now=self.now)

    def behave(self, **manners) -> None:
        Manners(**({"calls_per_second": 0} | manners)).write(self.world.folder)

    def send(self) -> str:
        return jobs.send_switching(Progress(None))

    def poll(self) -> str:
        return jobs.poll_switching(Progress(None))

    def look(self, **more) -> str:
        return jobs.fetch_mediations(Progress(None), **more)

    def next_day(self, days: int = 1) -> str:
        """The usual rhythm: a day passes, and the house looks what happened."""
        self.go(days=days)
        return self.poll()


@contextmanager
def outside(folder):
    """Everything set up, committed: customers, contracts, masters, the line."""
    keys = folder / "keys"
    certificates.make_certificates(keys, now=datetime.now(UTC))
    holder = []
    with ExitStack() as stack:
        simulator = stack.enter_context(
            switching.SwitchingSimulator(
                folder / "switching", certificate=keys / "server.pem", key=keys / "server.key",
                authority=keys / "ca.pem", today=lambda: holder[0].today if holder else START.date(),
            )
        )  # fmt: skip
        made = Outside(simulator, keys)
        holder.append(made)
        made.behave()
        ours = [PointSeed(spin(n), retailer=US, capacity_milli=30_000) for n in (1, 2, 3, 4, 5)]
        made.world.seed([
            *ours,
            PointSeed(ELSEWHERE, retailer=OTHER, customer_number="X-77", address="東京都港区芝公園1-2-3", meter="OLD-1"),
            PointSeed(FRESH, retailer="", connected=False, address="東京都港区芝公園9-9-9", meter="EMPTY-1"),
            PointSeed(HIGH, retailer=OTHER, klass="high", voltage="high", capacity_kind="kW", capacity_milli=90_000),
        ])  # fmt: skip
        with db.transaction():
            set_up_retailer()
            clock.set_clock(now=START)
            connect(made)
            masters.put_rows(master="switching_periods", rows=PERIODS)
        yield made


PERIODS = [
    {"area": "", "voltage": voltage, "work": work, "business_days": str(days), "days": str(more), "valid_from": "2016-04-01",
     "source": "test", "confidence": "low"}
    for voltage, work, days, more in (("low", "none", 1, 2), ("low", "meter", 8, 2), ("high", "none", 8, 0))
]  # fmt: skip


def connect(made, **more):
    operations.set_link(
        address=made.simulator.address,
        certificate_file=str(made.keys / "client.p12"),
        trust_file=str(made.keys / "ca.pem"),
        retailer_codes={"": US},
        **{"pace_ms": 0, **more},
    )


def payer() -> str:
    """The number of the payer of the retailer's contracts."""
    contract = contract_at(spin(1))
    return parties.account(account_id=contract.account_id).number


def contract_at(point_spin, day=START_DAY):
    point = points.point(spin=point_spin)
    return contracts.contract_on(supply_point_id=point.id, day=day) if point else None


def open_case(made, kind=SwitchingKind.START, point=ELSEWHERE, **more):
    """An application, as an examined intake or a clerk opens it."""
    usual = {
        "wished_on": made.today + timedelta(days=10), "holder_name": "山田 太郎", "holder_kana": "ヤマダ タロウ",
        "old_retailer": OTHER, "old_customer_number": "X-77", "account_number": payer(), "terms": TERMS,
        "capacity_kind": "A", "capacity_milli": 40_000,
    }  # fmt: skip
    if kind not in {SwitchingKind.START, SwitchingKind.RECONNECT}:
        usual = {"wished_on": usual["wished_on"], "holder_name": "山田 太郎"}
    with db.transaction():
        return operations.open_case(new=NewCase(kind=kind, spin=point, **(usual | more)), now=made.now, actor_id=None)


def do(operation, made, **more):
    with db.transaction():
        return operation(now=made.now, actor_id=None, **more)


def case(case_id):
    return queries.case(case_id=case_id)


def told(case_id):
    """The story, oldest first."""
    return [step.text for step in reversed(queries.steps_of(case_id=case_id))]
