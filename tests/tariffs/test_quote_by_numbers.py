"""Quotes of plans that price by devices, reserve power, outages or rate registers: what is asked, refused, kept and told."""

import csv
import io
import json

import pytest
from django.utils import translation
from typer.testing import CliRunner

from tests import company
from tests.tariffs.test_pages import clerk  # noqa: F401 - a fixture
from tests.tariffs.test_quote_page import half_hours, quoted
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import operations as masters
from tomoshibi.masters import queries as rows_queries
from tomoshibi.storage import db
from tomoshibi.tariffs import commands, comparison, operations, queries

KYUSHU = {"area": "09", "voltage": "low", "size": "6", "unit": "kVA", "last_month": "2026-10"}
LAMPS = "kyushu-fixed-lighting"
VALUES = [f"{kind}_lamp_{one}=0" for kind in ("fuel", "levy") for one in (
    "lamp_10w", "lamp_20w", "lamp_40w", "lamp_60w", "lamp_100w", "lamp_100w_each", "device_50va", "device_100va", "device_50va_more",
)]  # fmt: skip
YEAR = "300 " * 12
CHINA = {"area": "33", "voltage": "low", "last_month": "2026-10"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(clerk, now):  # noqa: F811
    months = [f"2025-{n:02d}" for n in (11, 12)] + [f"2026-{n:02d}" for n in range(1, 11)]
    units = [{"code": value.partition("=")[0], "area": "09", "month": month, "amount_yen": "0"} for value in VALUES for month in months]  # fmt: skip
    with db.transaction():
        masters.load_shipped(on=now.date(), with_banks=False, invented=True)
        masters.put_rows(master="monthly_amounts", rows=units)
    return clerk


@pytest.fixture
def china(client, now):
    with db.transaction():
        company.enter(country="CN", language="zh-hans", currency="CNY", valid_from="2010-01-01")
        masters.put_rows(master="tax_rates", rows=[{"rate_percent": "13", "valid_from": "2019-04-01"}])
        identity.save_role(code="rates", name="電価", rights=["RB1.do"])
        identity.add_person(username="he", name="he", mail="", password="lamp-light-42", roles=["rates"])
        operations.install_shipped(now=now)
    client.force_login(User.objects.get(username="he"))
    return client


def rows_of(answer):
    return {row["code"]: row for row in answer.context["rows"]}


def field(answer, name):
    """The typed value of a field, as the page shows it again."""
    return answer.context["form"][name].value()


def test_lamps_and_small_devices_are_quoted_without_a_meter_and_what_needs_one_says_so(office):
    rows = rows_of(quoted(office, **KYUSHU, number_devices_lamp_20w="3", number_devices_device_50va="2"))
    # 55.00 + 3 x 150.40 + 2 x 257.95 = 1,022.10 in each month.
    assert rows[LAMPS]["totals"] == (1_022,) * 12
    assert rows[LAMPS]["is_best"]
    assert "電力量がありません" in rows["kyushu-c"]["refusal"]
    assert rows["kyushu-b"]["refusal"].endswith(": A"), "it is offered in amperes"
    metered = rows_of(quoted(office, **KYUSHU, monthly=YEAR))
    assert metered[LAMPS]["year"] is None
    assert metered[LAMPS]["refusal"].endswith(": 機器の台数")
    assert metered["kyushu-c"]["year"] is not None
    assert set(rows) == set(metered), "nothing is dropped without a word"


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("number_devices_lamp_20w", "-3", "0 以上"),
        ("number_devices_lamp_20w", "三つ", "整数"),
        ("number_outage_days", "32", "32 は 2025-10 の日数ではありません(この月は31日)"),
        ("number_outage_days", "1 2", "12か月に対して数は2個です"),
        ("number_outage_days", "two", "two は 2025-10 の日数ではありません"),
        ("number_contract_month", "0", "1 以上"),
    ],
)
def test_a_number_that_is_none_is_refused_at_its_field_and_everything_typed_stays(office, name, typed, sentence):
    answer = quoted(office, **KYUSHU, monthly=YEAR, number_devices_lamp_40w="7", **{name: typed})
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors[name])
    assert sentence in answer.content.decode()
    assert [field(answer, one) for one in (name, "number_devices_lamp_40w", "size")] == [typed, "7", "6"]
    assert "rows" not in answer.context


def test_a_plan_with_a_campaign_and_a_set_has_a_price_where_both_are_told(office):
    evening = "tomoshibi-evening"
    without = rows_of(quoted(office, **KYUSHU, monthly=YEAR))[evening]
    assert without["year"] is None
    assert "契約からの月数" in without["refusal"]
    told = {"number_contract_month": "1", "number_customer_contracts": "1"}
    new = rows_of(quoted(office, **KYUSHU, monthly=YEAR, **told))[evening]
    old = rows_of(quoted(office, **KYUSHU, monthly=YEAR, **told | {"number_contract_month": "7"}))[evening]
    assert new["totals"][6:] == old["totals"][6:]
    assert all(first < later for first, later in zip(new["totals"][:6], old["totals"][:6], strict=True))
    dark = rows_of(quoted(office, **KYUSHU, monthly=YEAR, **told, number_outage_days="0 0 0 0 0 0 0 0 0 0 0 2"))[
        evening
    ]
    assert dark["totals"][:11] == new["totals"][:11]
    assert dark["totals"][11] < new["totals"][11]
    paper = rows_of(quoted(office, **KYUSHU, monthly=YEAR, **told, code_paper_bill="on"))[evening]
    assert paper["year"] > new["year"]


def test_the_page_and_its_file_say_what_the_quote_was_made_from(office):
    counted = {"number_devices_lamp_20w": "3", "number_reserve_milli": "50"}
    page = quoted(office, **KYUSHU, **counted)
    told = dict(page.context["told"])
    assert told["10W超20Wまで(個数)"] == "3"
    assert "予備電力" not in told, "no low-voltage plan takes it"
    # 55.00 + 3 x 150.40 = 506.20
    file = quoted(office, **KYUSHU, **counted, do="csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(file)))
    assert rows[0][-1] == "価格がない理由"
    assert ["10W超20Wまで(個数)", "3"] in rows
    assert next(row for row in rows if row[:1] == ["kyushu-c"])[-1] == "期間の電力量がありません"
    assert next(row for row in rows if row[:1] == [LAMPS])[2] == str(12 * 506)


def test_a_company_in_china_is_asked_for_what_its_plans_have(china):
    page = china.get("/tariffs/quote/")
    form = page.context["form"]
    assert [code for code, _name in form.fields["area"].choices] == ["33"]
    assert [code for code, _name in form.fields["voltage"].choices] == ["low"]
    assert not {"size", "unit", "profile", "demand", "power_factor"} & set(form.fields)
    assert {"register_peak", "register_flat", "register_valley"} <= set(form.fields)
    assert "BDEW" not in page.content.decode()
    rows = rows_of(quoted(china, **CHINA, monthly=YEAR))
    # 300 x (0.4321 + 0.0123 + 0.2345 + 0.0345 + 0.0234) = 221.04 yuan.
    assert rows["china-commercial-single"]["totals"] == (22_104,) * 12
    assert rows["china-commercial-single"]["per_kwh"] == "0.7368"
    assert rows["china-commercial-rates"]["refusal"]
    registers = {f"register_{one}": "100 " * 12 for one in ("peak", "flat", "valley")}
    # 100 x (0.6789 + 0.4321 + 0.2109) + 300 x 0.3047 = 223.60 yuan.
    both = rows_of(quoted(china, **CHINA, **registers))
    assert both["china-commercial-rates"]["totals"] == (22_360,) * 12
    assert both["china-commercial-single"]["totals"] == (22_104,) * 12
    assert ",2652.48,221.04," in quoted(china, **CHINA, monthly=YEAR, do="csv").content.decode()


@pytest.mark.parametrize(
    ("more", "where", "sentence"),
    [
        ({"monthly": "3600"}, "monthly", "1個の値があります。12か月分を"),
        ({"register_peak": YEAR}, "register_peak", "値は0個です"),
        ({"register_peak": YEAR, "register_flat": YEAR, "register_valley": "1 2"}, "register_peak", "値は2個です"),
        ({"register_peak": YEAR, "register_flat": YEAR, "register_valley": YEAR, "monthly": YEAR}, "register_peak", "レジスタの合計は 900 kWh"),
        ({"register_peak": "-1 " * 12, "register_flat": YEAR, "register_valley": YEAR}, "register_peak", "0以上"),
        ({"register_peak": "x " * 12, "register_flat": YEAR, "register_valley": YEAR}, "register_peak", "x は kWh の数値"),
    ],
)  # fmt: skip
def test_registers_that_are_no_year_or_do_not_add_up_are_refused_with_the_reason(china, more, where, sentence):
    answer = quoted(china, **CHINA, **more)
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors[where])
    assert all(field(answer, name) == typed for name, typed in more.items())


def test_a_file_and_registers_are_not_taken_both(china):
    answer = quoted(china, half_hours(31), **CHINA, register_peak=YEAR)
    assert answer.status_code == 422
    assert "どちらか一方" in answer.content.decode()
    alone = rows_of(quoted(china, half_hours(31), **CHINA))
    assert alone["china-commercial-rates"]["year"] is not None, "half-hours say what the registers would have counted"


def test_the_command_takes_the_same_numbers_and_refuses_what_the_plan_does_not_know():
    alone = ["quote", LAMPS, "--month", "2026-10", "--kwh", "0", "--offline", "--json", "--value", "tax_rate=0.10"]
    alone += [text for value in VALUES for text in ("--value", value)]
    found = CliRunner().invoke(
        commands.top, [*alone, "--number", "devices_lamp_20w=3", "--number", "devices_device_50va=2"]
    )
    assert [bill["total"] for bill in json.loads(found.stdout)] == [1_022]
    for wrong in ("devices_lamp_99w=3", "devices_lamp_20w=-3", "devices_lamp_20w"):
        refused = CliRunner().invoke(commands.top, [*alone, "--number", wrong])
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert wrong in refused.stderr


KANSAI_POWER = {"area": "06", "voltage": "low", "size": "10", "unit": "kW", "last_month": "2026-10"}


def test_the_power_factor_keeps_its_target_or_misses_it_and_never_both(office):
    page = office.get("/tariffs/quote/")
    assert [name for name in page.context["form"].fields if "target" in name or "power_factor_" in name] == [
        "power_factor_target"
    ]
    rows = {
        told: rows_of(quoted(office, **KANSAI_POWER, monthly=YEAR, power_factor_target=told))[
            "kansai-low-voltage-power"
        ]
        for told in ("", "kept", "missed")
    }
    # 10 kW x 1,100.84 a month, five per cent less or more
    steps = [later - former for former, later in zip(rows["kept"]["totals"], rows[""]["totals"], strict=True)]
    assert all(step in {550, 551} for step in steps), steps
    steps = [later - former for former, later in zip(rows[""]["totals"], rows["missed"]["totals"], strict=True)]
    assert all(step in {550, 551} for step in steps), steps
    both = quoted(office, **KANSAI_POWER, monthly=YEAR, power_factor_target="both")
    assert both.status_code == 422
    told = dict(quoted(office, **KANSAI_POWER, monthly=YEAR, power_factor_target="kept").context["told"])
    assert told["力率の目標"] == "力率が目標を保っている"


def test_a_share_of_the_levy_is_no_more_than_the_whole(office):
    answer = quoted(office, **KANSAI_POWER, monthly=YEAR, number_levy_exemption_percent="101")
    assert answer.status_code == 422
    assert "100 以下" in str(answer.context["form"].errors["number_levy_exemption_percent"])


def test_what_months_defer_is_asked_for_with_the_bills_after_them():
    offer = comparison.Offer("market", {"ja": "x"}, (1_000, 900, 900, 900, 900), None, (100, 0, 0, 50, 0), parts=3)
    # 100 in 34 + 33 + 33; 50 in 17 + 17 + 16, of which one part lies inside the months
    assert offer.asked_minor == (900, 934, 933, 883, 917)
    assert offer.later_minor == 33
    assert sum(offer.asked_minor) + offer.later_minor == offer.year_minor
    assert comparison.Offer("flat", {"ja": "x"}, (1_000, None), None).asked_minor == (1_000, None)


def test_lamps_are_quoted_with_the_units_of_the_demonstration(clerk, now):  # noqa: F811
    with db.transaction():
        masters.load_shipped(on=now.date(), with_banks=False, invented=True)
    rows = rows_of(quoted(clerk, **KYUSHU, number_devices_lamp_20w="3", number_devices_device_50va="2"))
    # 55.00 + 3 x 150.40 + 2 x 257.95 = 1,022.10, and in October 2026 for 3 x 7.78 + 2 x 11.60 = 46.54 kWh the fuel
    # adjustment at -1.73 and the levy at 4.18: -80.52 + 194.54 -> 194.
    assert rows[LAMPS]["refusal"] == ""
    month = rows_queries.monthly_amount(code="fuel_lamp_lamp_20w", area="09", month=Month(2026, 10))
    small = rows_queries.monthly_amount(code="fuel_lamp_device_50va", area="09", month=Month(2026, 10))
    fuel = 3 * month + 2 * small
    levy = 3 * 32_520_000 + 2 * 48_490_000
    assert rows[LAMPS]["totals"][-1] == (1_022_100_000 + fuel + levy // 1_000_000 * 1_000_000) // 1_000_000


def test_a_unit_that_nobody_published_is_called_by_its_name(clerk):  # noqa: F811
    rows = rows_of(quoted(clerk, **KYUSHU, number_devices_lamp_20w="3"))
    reason = rows[LAMPS]["refusal"]
    assert "燃料費調整額 10W超20Wまで" in reason
    assert "再エネ発電促進賦課金 10W超20Wまで" in reason
    assert "lamp" not in reason
    with translation.override("en"):
        said = queries.refusal_sentence("value_missing", "fuel_lamp_lamp_20w, capacity_contribution, nobody_knows")
    assert said.endswith(": Fuel cost adjustment 10-20 W, Capacity contribution, nobody_knows")
