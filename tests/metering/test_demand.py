"""Maximum demand: expected of contracts on actual demand only, taken, revised, agreed, and what follows from it."""

from datetime import date

import polars as pl
import pytest
from django.urls import reverse
from django.utils import translation

from tests.metering.grid import spin
from tests.parties.test_customers import account, taro
from tests.rating.shapes.one_bill import document, price
from tests.supply.test_points import POINT
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.gateways import grid_portal
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import demand_csv, demand_list, operations, queries
from tomoshibi.supply import operations as supply
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs.models import PlanVersion
from tomoshibi.worklist import queries as worklist

OCTOBER = Month(2026, 10)
BY_DEMAND = {"code": "basic", "kind": "basic", "unit": "kW", "size": "demand", "power_factor": "measured"}
BY_DEMAND |= {"price": price("1500")}
ENERGY = {"code": "energy", "kind": "flat", "price": price("20")}


def publish(now, *, plan="hv-test", components=(BY_DEMAND, ENERGY), **rules):
    one = document(*components, **rules) | {"plan": plan, "voltage": "high"}
    PlanVersion.objects.create(
        plan_code=plan, name=one["name"], area="*", voltage="high", kind="free", capacity_unit="kW",
        valid_from=date(2020, 1, 1), document=one, sha256=documents.sha256(one), published_at=now,
    )  # fmt: skip


def supply_high_voltage(numbers=(11, 12)):
    payer = account(taro())
    supply.register_points(pl.DataFrame([POINT | {"spin": spin(n), "voltage": "high"} for n in numbers]))
    terms = {"plan_code": "hv-test", "capacity_kind": "kW", "capacity_milli": 100_000, "start": date(2025, 4, 5)}
    rows = [{"account_number": payer.number, "spin": spin(n), **terms} for n in numbers]
    contracts.register_many(pl.DataFrame(rows))


@pytest.fixture
def high_voltage(retailer, now):
    publish(now)
    supply_high_voltage()


@pytest.fixture
def deliver(take, tmp_path):
    """A confirmed file of the grid company with demands."""

    def give(*points, month=202610, revision=1):
        day = date(month // 100, month % 100, 9)
        name = grid_portal.confirmed_name(day, revision=revision, high_voltage=True)
        from datetime import UTC, datetime

        made = datetime(day.year, day.month, day.day, revision, tzinfo=UTC)
        path = grid_portal.write_confirmed(tmp_path / "grid" / name, points, month=month, made_at=made)
        return take(path.read_bytes(), name=name)

    return give


def point(number, demand="65", factor="98", **more):
    more = {"first_day": date(2026, 9, 5), "high_voltage": True} | more
    return grid_portal.PointMonth(spin(number), 10_000_000, max_demand_kw=demand, power_factor=factor, **more)


def months(number=11):
    contract = contract_queries.contract_on(supply_point_id=_point_id(number), day=date(2026, 9, 30))
    return queries.demand_history(contract_id=contract.id)


def _point_id(number):
    from tomoshibi.supply import queries as points

    return points.point(spin=spin(number)).id


def test_only_contracts_on_actual_demand_are_asked(high_voltage, now):
    found = queries.qualifying_frame(month=OCTOBER)
    assert found["spin"].to_list() == [spin(11), spin(12)]
    assert found["wants_power_factor"].to_list() == [True, True]
    assert operations.collect_demand(month=OCTOBER, now=now) == {"expected": 2, "taken": 0, "lacking": 2}
    assert {row.spin for row in queries.demands()} == {spin(11), spin(12)}
    assert worklist.open_items(kind="metering.demand_missing") == []  # the energy is not here either: RB2's work


def test_demands_come_with_confirmed_data_and_nobody_elses_is_kept(high_voltage, deliver):
    deliver(point(11), point(12, demand="40.4", factor="85"), point(1, demand="9"))
    assert [(row.spin, row.max_demand_milli) for row in queries.demands().order_by("spin")] == [
        (spin(11), 65_000),
        (spin(12), 40_400),
    ]
    frame = queries.demand_frame(month=OCTOBER)
    assert frame.sort("contract_id").select("demand_milli", "power_factor_percent").rows() == [
        (65_000, 98),
        (40_000, 85),
    ]


def test_a_revision_replaces_and_the_same_again_changes_nothing(high_voltage, deliver, now):
    deliver(point(11))
    deliver(point(11, demand="70"), revision=2)
    assert months()[0].max_demand_milli == 70_000
    former = queries.demand_versions(contract_id=queries.demands().get(spin=spin(11)).contract_id)
    assert [one.max_demand_milli for one in former] == [65_000]
    assert operations.collect_demand(month=OCTOBER, now=now)["taken"] == 0


def test_the_history_says_why(high_voltage, deliver):
    deliver(point(11))
    deliver(point(11, demand="60", first_day=date(2026, 10, 5)), month=202611)
    latest, before = months()
    assert (latest.contract_milli, latest.by_month) == (65_000, 202610)
    assert (before.contract_milli, before.by_month) == (65_000, 202610)
    assert "65 kW" in demand_list.reason(latest)
    assert queries.demand_frame(month=OCTOBER.plus(1))["demand_milli"].drop_nulls().to_list() == [65_000]


def test_a_missing_demand_is_work_until_one_is_agreed_and_gives_way(high_voltage, deliver, now):
    deliver(point(11, demand="", factor=""))
    assert [item.procedure for item in worklist.open_items(kind="metering.demand_missing")] == ["RB4"]
    assert queries.demand_frame(month=OCTOBER).filter(pl.col("demand_milli").is_not_null()).is_empty()
    (row,) = queries.lacking().filter(spin=spin(11))
    agreed = {"agreed_by": "送配電 佐藤", "agreed_on": date(2026, 11, 4)}
    operations.enter_agreed_demand(
        demand_id=row.id, max_demand_milli=64_000, power_factor_percent=90, **agreed, now=now
    )
    assert worklist.open_items(kind="metering.demand_missing") == []
    assert months()[0].contract_milli == 64_000
    with pytest.raises(operations.OlderVersion):
        operations.enter_agreed_demand(demand_id=row.id, max_demand_milli=1, power_factor_percent=90, **agreed, now=now)
    deliver(point(11, demand="66"), revision=2)
    assert (months()[0].max_demand_milli, months()[0].source) == (66_000, "grid")
    with pytest.raises(operations.DemandKnown):
        operations.enter_agreed_demand(
            demand_id=months()[0].id, max_demand_milli=1, power_factor_percent=90, **agreed, now=now
        )


def test_a_contract_demand_by_agreement_holds_until_demand_is_higher(high_voltage, deliver, now):
    deliver(point(11, demand="80"))
    deliver(point(11, demand="48", first_day=date(2026, 10, 5)), month=202611)
    operations.agree_contract_demand(
        demand_id=months()[0].id, contract_milli=50_000, agreed_by="佐藤", agreed_on=date(2026, 10, 9), now=now
    )
    assert [one.contract_milli for one in months()] == [50_000, 80_000]
    frame = queries.demand_frame(month=OCTOBER.plus(1)).drop_nulls("demand_milli")
    assert frame["demand_milli"].to_list() == [50_000]


def test_500_kw_have_to_be_agreed(high_voltage, deliver):
    deliver(point(11, demand="520"))
    assert len(worklist.open_items(kind="metering.demand_to_agree")) == 1
    assert months()[0].to_agree


def test_equipment_added_inside_a_month_makes_two_parts(high_voltage, deliver, now):
    deliver(point(11, demand="90"))
    operations.split_at_change_of_equipment(
        demand_id=months()[0].id, day=date(2026, 9, 20), before_milli=60_000, after_milli=90_000, now=now
    )
    assert [(one.part, one.contract_milli) for one in months()] == [(1, 90_000), (0, 60_000)]
    frame = queries.demand_frame(month=OCTOBER).filter(pl.col("demand_milli").is_not_null()).sort("part")
    assert frame["demand_milli"].to_list() == [60_000, 90_000]
    # Collecting again leaves what was divided by hand; another reading has it divided anew.
    operations.collect_demand(month=OCTOBER, now=now)
    assert [one.part for one in months()] == [1, 0]
    deliver(point(11, demand="95"), revision=2)
    operations.collect_demand(month=OCTOBER, now=now)
    assert [(one.part, one.max_demand_milli) for one in months()] == [(0, 95_000)]


def test_equipment_is_entered_on_the_page_of_the_month(client, high_voltage, deliver):
    deliver(point(11, demand="90"))
    identity.save_role(code="demand", name="需要担当", rights=["RB4.do"])
    clerk = identity.add_person(
        username="demand", name="需要", mail="d@example.jp", password="lamp-light-42", roles=["demand"]
    )
    client.force_login(User.objects.get(id=clerk))
    (row,) = months()
    stands = client.get(reverse("metering:demand", args=[row.id])).content.decode()
    assert reverse("metering:agree_demand", args=[row.id]) not in stands, "the grid company provided it"
    page = reverse("metering:change_equipment", args=[row.id])
    outside = client.post(page, {"day": str(row.period.start), "before_milli": "60", "after_milli": "90"})
    assert (outside.status_code, list(outside.context["equipment_form"].errors)) == (422, ["day"])
    typed = {"day": "2026-09-20", "before_milli": "60", "after_milli": "90"}
    assert client.post(page, typed).status_code == 302
    assert [(one.part, one.contract_milli) for one in months()] == [(1, 90_000), (0, 60_000)]
    shown = client.get(reverse("metering:demand", args=[months()[0].id])).content.decode()
    assert reverse("metering:change_equipment", args=[months()[0].id]) not in shown


CSV = "供給地点特定番号,月分,最大需要電力,昼間有効電力量,昼間無効電力量\n{spin},2026-10,{kw},9000,4359\n"


def test_a_csv_is_taken_for_contracts_on_actual_demand_only(high_voltage, now):
    rows = demand_csv.read((CSV.format(spin=spin(11), kw="61.5") + f"{spin(1)},2026-10,9,,\n").encode("cp932"))
    taken, refused = operations.take_demands(rows=rows, source_name="demand.csv", now=now)
    assert (taken, len(refused)) == (1, 1)
    assert spin(1) in refused[0]
    assert (months()[0].max_demand_milli, months()[0].power_factor_percent) == (61_500, 90)
    assert operations.take_demands(rows=rows, source_name="demand.csv", now=now)[0] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("月分,最大需要電力\n", "spin"),
        (CSV.format(spin="0300", kw="1"), "2"),
        (CSV.format(spin=spin(11), kw="-1"), "2"),
        (CSV.format(spin=spin(11), kw="x"), "2"),
        (CSV.format(spin=spin(11), kw="1") + f"{spin(11)},202610,2,,\n", "3"),
        (CSV.format(spin=spin(11), kw="1").replace("9000,", "9000"), "2"),
    ],
)
def test_a_csv_with_something_wrong_is_refused_with_its_lines(text, said):
    with pytest.raises(demand_csv.NotDemands) as refusal:
        demand_csv.read(text.encode())
    assert said in refusal.value.sentences[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{spin(11)},2026-13,4,,", "「2026-13」は年月として読めません"),
        (f"{spin(11)},2026-10,4.12345,,", "「4.12345」はここに入力できる数値ではありません"),
        (f"{spin(11)},2026-10,4,abc,1", "「abc」はここに入力できる数値ではありません"),
        (f"{spin(11)},2026-10,4", "列が 5 個に対してセルが 3 個"),
    ],
)
def test_what_is_wrong_in_a_csv_is_said_in_the_language_of_the_reader(line, said):
    with translation.override("ja"), pytest.raises(demand_csv.NotDemands) as refusal:
        demand_csv.read((CSV.splitlines()[0] + "\n" + line + "\n").encode())
    assert refusal.value.sentences[0].startswith("2 行目")
    assert said in refusal.value.sentences[0]
