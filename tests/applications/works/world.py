"""A retailer with desks of grid companies: one with a Web system behind a real socket, the others by mail, page and post."""

from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta

from tests import company
from tests.applications.switching.world import START, contract_at
from tests.metering.conftest import set_up_retailer
from tests.metering.grid import spin
from tomoshibi.applications.jobs import works as jobs
from tomoshibi.applications.operations import works as operations
from tomoshibi.applications.queries import works as queries
from tomoshibi.applications.values.works import NewWork, VoltageClass, WorkKind
from tomoshibi.gateways import certificates, mail, wheeling_web
from tomoshibi.gateways.wheeling_web import Manners
from tomoshibi.identity import operations as identity
from tomoshibi.storage import db
from tomoshibi.worker import operations as clock
from tomoshibi.worker.operations import Progress

FACTORY = spin(201)
WISHED = date(2026, 12, 10)
CLERK, LEAD = "sato", "mori"


class Desks:
    """The Web system, the post office, and the clock that everybody shares."""

    def __init__(self, simulator, post_office):
        self.simulator, self.post_office = simulator, post_office
        self.world, self.now = simulator.world, START

    @property
    def today(self):
        return self.now.date()

    def go(self, *, days=0, to=None):
        self.now = datetime.combine(to, self.now.timetz()) if to else self.now + timedelta(days=days)
        with db.transaction():
            clock.set_clock(now=self.now)

    def behave(self, **manners):
        Manners(**manners).write(self.world.folder)

    def poll(self):
        return jobs.poll_works(Progress(None))


@contextmanager
def desks(folder, settings):
    keys = folder / "keys"
    certificates.make_certificates(keys, now=datetime.now(UTC))
    holder = []
    with ExitStack() as stack:
        simulator = stack.enter_context(
            wheeling_web.WheelingWebSimulator(
                folder / "wheeling", certificate=keys / "server.pem", key=keys / "server.key",
                authority=keys / "ca.pem", today=lambda: holder[0].today if holder else START.date(),
            )
        )  # fmt: skip
        post_office = stack.enter_context(mail.MailSimulator(folder / "mail"))
        settings.EMAIL_PORT = post_office.port
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # a real socket, not the one of tests
        made = Desks(simulator, post_office)
        holder.append(made)
        with db.transaction():
            set_up_retailer()
            company.enter()
            clock.set_clock(now=START)
            operations.set_desk(
                area="", works_route="post", mail="hv@grid.example.jp", post="〒105-0011 東京都港区芝公園1-1"
            )
            operations.set_desk(
                area="03", works_route="web", mail="hv03@grid.example.jp", address=simulator.address, pace_ms=0,
                certificate_file=str(keys / "client.p12"), trust_file=str(keys / "ca.pem"),
            )  # fmt: skip
        yield made


def employ():
    """A clerk, and somebody who may agree to money."""
    rights = ["AP9.do", "AP10.do", "AP11.do", "CM1.do"]
    identity.save_role(code="works", name="託送担当", rights=rights)
    identity.save_role(code="works_lead", name="託送責任者", rights=[*rights, *(f"AP{n}.confirm" for n in (9, 10, 11))])
    for username, role in ((CLERK, "works"), (LEAD, "works_lead")):
        identity.add_person(
            username=username, name=username, mail=f"{username}@example.jp", password="lamp-light-42", roles=[role]
        )


def open_size(made, *, point=None, **more):
    """A change of size with works at a point of ours, as a clerk opens it."""
    contract = contract_at(point or spin(1))
    new = NewWork(
        kind=WorkKind.SIZE, area="03", voltage=VoltageClass.LOW, spin=point or spin(1), wished_on=WISHED,
        holder_name="灯火 太郎", contract_id=contract.id, capacity_kind="A", capacity_milli=60_000,
        details={"terms_agreed": True, "present_size": "30A"}, **more,
    )  # fmt: skip
    with db.transaction():
        return operations.open_work(new=new, now=made.now, actor_id=None)


def do(what, made, **given):
    with db.transaction():
        return what(now=made.now, actor_id=given.pop("actor_id", None), **given)


def state(case_id):
    return queries.case(case_id=case_id).state
