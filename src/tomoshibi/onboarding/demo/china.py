"""
The Chinese demonstration: an invented utility whose stock of reference-meter groups was taken over.

Counts and shapes are those of the group requirements - 7,185 points of 8 customers beside a declared 7,158, 599
reference meters, groups of 125 and 312 points - and everything else comes from one seed: the city, its districts, the
customers, their numbers and addresses do not exist.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from tomoshibi.applications.operations import groupwork as cases
from tomoshibi.documents import operations as documents
from tomoshibi.groups import operations as groups
from tomoshibi.groups import queries as group_queries
from tomoshibi.groups.values import Spread
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as identity_queries
from tomoshibi.masters import operations as masters
from tomoshibi.metering import operations as metering
from tomoshibi.onboarding.demo import china_billing, china_neighbours, china_site
from tomoshibi.onboarding.demo.load import SOURCE, Step
from tomoshibi.onboarding.demo.staff import PASSWORD
from tomoshibi.parties import operations as parties
from tomoshibi.parties import queries as party_queries
from tomoshibi.storage import server
from tomoshibi.worker import operations as worker

SEED = 20261104
NOW = datetime(2026, 11, 4, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TAKEOVER = date(2026, 1, 1)
DECLARED = 7_158
METERS = 599
DAYS_OF_REGISTERS = 75
SHEET_KIND = "groups.stock_sheet"
COMPANY = {
    "name": "灯州供电公司（虚构·演示）", "name_kana": "DENGZHOU GONGDIAN", "country": "CN", "currency": "CNY",
    "language": "zh-hans", "postal_code": "000000", "address": "灯州市明灯区万家路1号", "phone": "0000-00000000",
    "mail": "info@dengzhou.example.cn", "website": "https://dengzhou.example.cn",
}  # fmt: skip
UNITS = ("明灯供电所", "东篱供电所", "西渡供电所", "南屏供电所", "北澜供电所", "河埠供电所")
ESTATES = (
    "听雨新村", "枕河里", "南屏花园", "东篱小区", "西渡街", "北澜苑", "石桥弄", "望江坊", "银杏里", "柳塘新村", "竹园里", "晒秋巷",
)  # fmt: skip
BILLING_CLERK = "gp_billing"
MORE_RIGHTS = {
    "gp_front": "GR3.view GR5.do FW1.do CM2.do",
    "gp_survey": "GR3.do",
    "gp_review": "GR5.do FW1.do CM1.view",
    "gp_manager": "GR1.do GR3.view GR4.view CM1.view",
    "gp_ami": "GR11.do GR12.view",
    BILLING_CLERK: (
        "GR1.view GR11.view GR12.do RB6.do RB7.do RB7.confirm RB8.do RB9.do RB1.view CM1.view RC4.view MS3.view MS10.view"
    ),
}
"""What people of this company may do besides the rights that the eleven roles are shipped with; and a twelfth role."""
PEOPLE = (
    ("wang", "王敏", "gp_front", False),
    ("zhou", "周巡", "gp_survey", False),
    ("zhao", "赵接", "gp_crew", False),
    ("li", "李审", "gp_review", False),
    ("sun", "孙总", "gp_approve", False),
    ("chen", "陈经理", "gp_manager", False),
    ("he", "何核算", BILLING_CLERK, False),
    ("lin", "林复核", BILLING_CLERK, False),
    ("mei", "梅采集", "gp_ami", False),
    ("admin", "管理员", "gp_review", True),
)


@dataclass(frozen=True)
class Fleet:
    """A customer of the demo and its devices."""

    name: str
    pinyin: str
    points: int
    meters: int
    device: str
    rated_w: int
    largest: int = 0
    """Points of one group that is larger than the cap."""


FLEETS = (
    Fleet("灯州信通电信有限公司", "DENGZHOU XINTONG", 1657, 138, "EPON", 400, largest=125),
    Fleet("灯州联合通信有限公司", "DENGZHOU LIANHE", 774, 64, "EPON", 400),
    Fleet("灯州行远移动通信有限公司", "DENGZHOU XINGYUAN", 2017, 168, "AP", 300),
    Fleet("灯州广视有线网络有限公司", "DENGZHOU GUANGSHI", 2681, 223, "AMP", 60, largest=312),
    Fleet("听雨里社区居委会", "TINGYULI SHEQU", 7, 1, "LAMP", 120),
    Fleet("灯州内河管理处", "DENGZHOU NEIHE", 10, 1, "HYDRO", 40),
    Fleet("灯州路安物业有限公司", "DENGZHOU LUAN", 36, 3, "LAMP", 120),
    Fleet("灯州市路口监控中心", "DENGZHOU LUKOU", 3, 1, "CAM", 60),
)
TYPES = (
    ("EPON", "楼道EPON设备", "光网络设备", Spread.CORRIDOR, (200, 600), (2, 14)),
    ("AP", "街边无线接入设备", "无线设备", Spread.STREET, (100, 900), (1, 12)),
    ("AMP", "有线电视放大器", "有线电视设备", Spread.CORRIDOR, (20, 150), (0.3, 3)),
    ("CAM", "路口摄像机", "监控设备", Spread.STREET, (10, 150), (0.1, 3)),
    ("HYDRO", "河道水位监测仪", "监测设备", Spread.WATER, (5, 100), (0.05, 2)),
    ("LAMP", "公共照明控制箱", "照明设备", Spread.SINGLE, (20, 500), (0.1, 6)),
)
DEVICES = {code: name for code, name, *_terms in TYPES}


def steps() -> Iterator[Step]:
    """All steps in their order."""
    yield Step("masters", _load_masters)
    yield Step("company", _found_company)
    yield Step("billing masters", lambda: china_billing.load_masters(NOW.date()))
    yield Step("staff", _employ)
    yield Step("types", _make_types)
    yield Step("customers", _register_customers)
    yield Step("totals", _take_totals)
    for number, fleet in enumerate(FLEETS):
        yield Step(f"stock {number + 1}", _importing(fleet))
    yield Step("neighbours", lambda: china_neighbours.settle(ESTATES, UNITS))
    yield Step("registers", _read_registers)
    yield Step("supplies", lambda: china_billing.supply(NOW.date()))
    yield Step("bills", china_billing.bill, whole=False)
    yield Step("site", lambda: china_site.send_crew(today=NOW.date(), now=NOW))
    yield Step("files", _write_files, whole=False)
    yield Step("clock", _set_clock)


def _importing(fleet: Fleet) -> Callable[[], str]:
    return lambda: _import(fleet)


def _load_masters() -> str:
    return f"{masters.import_chinese_workdays(years=(2024, 2025, 2026)):,} holidays and make-up working days"


def _found_company() -> str:
    dated = {"valid_from": "2010-01-01", "source": SOURCE, "confidence": "high"}
    masters.put_rows(master="company", rows=[COMPANY | dated])
    return COMPANY["name"]


def _employ() -> str:
    known = {step.id for step in identity_queries.steps()}
    cases.take_shipped_rights()
    roles = {role.code: role for role in identity_queries.roles()}
    for code, rights in MORE_RIGHTS.items():
        more = set(rights.split())
        assert {right.split(".")[0] for right in more} <= known, "rights name steps that exist"
        name, shipped = (roles[code].name, set(roles[code].rights)) if code in roles else ("电费核算员", set())
        identity.save_role(code=code, name=name, rights=shipped | more)
    for username, name, role, administrator in PEOPLE:
        identity.add_person(
            username=username,
            name=name,
            mail=f"{username}@dengzhou.example.cn",
            password=PASSWORD,
            roles=[role],
            administrator=administrator,
            language="zh-hans",
        )
    return f"{len(PEOPLE)} people"


def _make_types() -> str:
    for code, name, kind, spread, rated, day_kwh in TYPES:
        groups.save_device_type(
            code=code,
            name=name,
            kind=kind,
            spread=spread,
            start=date(2010, 1, 1),
            rated_w=rated,
            day_dwh=(round(day_kwh[0] * 10_000), round(day_kwh[1] * 10_000)),
        )
    return f"{len(TYPES)} device types"


def _register_customers() -> str:
    parties.register_customers(
        pl.DataFrame([
            {
                "kind": "company", "name": fleet.name, "kana": fleet.pinyin, "city": "灯州市", "town": "明灯区万家路",
                "block": f"{n + 2}号", "phone": f"0000-0000{n:04d}", "registered_on": date(2011, 3, 1),
            }
            for n, fleet in enumerate(FLEETS)
        ])
    )  # fmt: skip
    return f"{len(FLEETS)} customers"


def _take_totals() -> str:
    """The table as it was handed in: its rows add up to more than what was declared, and nobody has decided yet."""
    lines = ["序号,单位名称,参考表个数", *(f"{n},{f.name},{f.points}" for n, f in enumerate(FLEETS, start=1))]
    made = groups.receive_totals(
        name="虚拟倍率客户点位统计.csv",
        content="\r\n".join(lines).encode(),
        declared=DECLARED,
        now=NOW,
        actor_id=None,
    )
    return f"declared {made.declared:,}, counted {made.counted:,}"


@lru_cache(maxsize=1)
def portfolio() -> dict[str, pl.DataFrame]:
    """All stock rows of every fleet: benchmarks and sub-accounts, by the name of the customer."""
    random = np.random.default_rng(SEED)
    found, number = {}, 0
    for fleet in FLEETS:
        sizes = _sizes(fleet, random)
        rows = []
        for size in sizes:
            number += 1
            rows += _group(fleet, number, size, random)
        found[fleet.name] = pl.DataFrame(rows, infer_schema_length=None)
    return found


def _sizes(fleet: Fleet, random: np.random.Generator) -> list[int]:
    """How many points each group of a fleet has: they add up, and one may be larger than the cap."""
    rest, count = fleet.points - fleet.largest, fleet.meters - bool(fleet.largest)
    weights = random.gamma(3.0, 1.0, count)
    sizes = np.minimum(1 + np.floor((rest - count) * weights / weights.sum()).astype(int), 96)
    while sizes.sum() < rest:
        sizes[random.integers(count)] += 1
    assert sizes.max() <= 100, "only the groups that are meant to be are over the cap"  # noqa: PLR2004
    assert sizes.sum() == rest, "every point is in a group"
    return [*([fleet.largest] if fleet.largest else []), *(int(size) for size in sizes)]


def _group(fleet: Fleet, number: int, size: int, random: np.random.Generator) -> list[dict[str, object]]:
    """A benchmark and its sub-accounts; larger groups reach into several districts."""
    benchmark = f"17{number:05d}000"
    home = int(random.integers(len(ESTATES)))
    opened = date(2011, 1, 1) + timedelta(days=int(random.integers(0, 5_000)))
    return [_row(fleet, benchmark, number, at, home, opened, random) for at in range(size)]


def _row(
    fleet: Fleet, benchmark: str, number: int, at: int, home: int, opened: date, random: np.random.Generator
) -> dict[str, object]:
    estate = (home + at // 40) % len(ESTATES)
    building, staircase = int(random.integers(1, 60)), int(random.integers(1, 4))
    is_dated, is_installed = at == 0 or random.random() < 0.7, random.random() < 0.6  # noqa: PLR2004 - shares of rows
    start = opened if at == 0 else opened + timedelta(days=int(random.integers(0, 700)))
    return {
        "unit": UNITS[estate % len(UNITS)],
        "account_number": f"17{number:05d}{at:03d}",
        "benchmark_number": benchmark,
        "customer_name": fleet.name,
        "name": f"{ESTATES[estate]}{building}幢{staircase}单元{DEVICES[fleet.device]}{number}-{at + 1}",
        "address": f"灯州市{ESTATES[estate]}{building}幢{staircase}单元",
        "nearest_number": china_neighbours.account_number(estate, building, staircase),
        "start": min(start, date(2026, 9, 1)) if is_dated else None,
        "installed_on": min(start, date(2026, 9, 1)) if is_dated and is_installed else None,
        "meter_number": f"9900000{number:014d}0" if at == 0 else "",
        "box_number": f"99BX{number:08d}" if at == 0 else "",
        "access_point_number": china_neighbours.access_number(estate, building),
        "access_point_name": f"{ESTATES[estate]}{building}幢终端箱",
        # Some points were found without anybody knowing their district.
        "district_number": china_neighbours.district_number(estate, building) if random.random() < 0.96 else "",  # noqa: PLR2004
        "district_name": f"{ESTATES[estate]}{building % 3 + 1}号台区",
        "is_benchmark": at == 0,
    }


VERIFICATION_HEADS = (
    "单位", "户号", "户名", "地址", "立户日期", "表计条码", "表箱资源号", "接入点编号", "接入点名称", "参考表个数", "台区编号",
    "台区名称", "设备类型", "额定容量(W)", "核查状态", "核查人", "核查日期",
)  # fmt: skip
POINT_HEADS = (
    "序号", "户号", "户名", "设备地址", "就近户号", "接入点编号", "接入点名称", "变更情况", "时间", "基准户号", "台区编号",
    "台区名称", "设备点位名称", "额定容量(W)", "安装日期", "核查状态", "核查人", "核查日期",
)  # fmt: skip
VERIFIED = ("相符", "周巡", "2025-12-10")


def verification_sheet(fleet: Fleet) -> bytes:
    """The verification list of a fleet as it came back from site."""
    rows = portfolio()[fleet.name]
    sizes = dict(rows.group_by("benchmark_number").len().iter_rows())
    lines = [
        (
            r["unit"], r["account_number"], r["customer_name"], r["address"], r["start"], r["meter_number"],
            r["box_number"], r["access_point_number"], r["access_point_name"], sizes[r["account_number"]],
            r["district_number"], r["district_name"] if r["district_number"] else "", fleet.device, fleet.rated_w,
            *VERIFIED,
        )
        for r in rows.filter("is_benchmark").iter_rows(named=True)
    ]  # fmt: skip
    return _as_csv(VERIFICATION_HEADS, lines)


def point_sheet(fleet: Fleet) -> bytes:
    """The point list of a fleet in the columns of the confirmation list."""
    rows = portfolio()[fleet.name].filter(~pl.col("is_benchmark"))
    lines = [
        (
            n, r["account_number"], r["customer_name"], r["address"], r["nearest_number"], r["access_point_number"],
            r["access_point_name"], "新装", r["start"], r["benchmark_number"], r["district_number"],
            r["district_name"] if r["district_number"] else "", r["name"], fleet.rated_w, r["installed_on"], *VERIFIED,
        )
        for n, r in enumerate(rows.iter_rows(named=True), start=1)
    ]  # fmt: skip
    return _as_csv(POINT_HEADS, lines)


def _as_csv(heads: tuple[str, ...], lines: Sequence[tuple[object, ...]]) -> bytes:
    text = [",".join(heads), *(",".join("" if cell is None else str(cell) for cell in line) for line in lines)]
    return "\r\n".join(text).encode("utf-8-sig")


def _import(fleet: Fleet) -> str:
    """A batch as people make one: its two sheets, everything verified, then imported."""
    [customer] = [hit for hit in party_queries.search(fleet.name, limit=5) if hit.name == fleet.name]
    batch = groups.open_batch(
        name=f"{fleet.name} 存量", customer_id=customer.customer_id, takeover_on=TAKEOVER, now=NOW
    )
    for name, content in (("核查清单.csv", verification_sheet(fleet)), ("点位清单.csv", point_sheet(fleet))):
        file = documents.store(name=name, content=content, kind=SHEET_KIND, now=NOW)
        groups.load_sheet(batch_id=batch, document_id=file.id, name=name)
    made = groups.import_batch(batch_id=batch, now=NOW, today=NOW.date())
    assert made["points"] == fleet.points, group_queries.stock_batch(batch_id=batch)
    return f"{made['points']:,} points in {made['groups']} groups"


def _read_registers() -> str:
    """
    Daily registers of all meters; the two largest groups have the two cases of the requirements: a meter that stopped
    at 1,149.24 kWh, and one that is wired in reverse.
    """
    random = np.random.default_rng(SEED + 1)
    first = NOW.date() - timedelta(days=DAYS_OF_REGISTERS)
    days = [first + timedelta(days=n) for n in range(DAYS_OF_REGISTERS)]
    frames = []
    for fleet in FLEETS:
        for row in portfolio()[fleet.name].filter("is_benchmark").iter_rows(named=True):
            use = fleet.rated_w * 240 * random.uniform(0.35, 0.9) * random.normal(1.0, 0.06, DAYS_OF_REGISTERS)
            # Registers of these meters show two decimals.
            moved = np.maximum(np.round(use / 100), 0).astype(np.int64) * 100
            shown = int(random.integers(1_000, 90_000)) * 10_000 + np.cumsum(moved)
            back = np.zeros(DAYS_OF_REGISTERS, dtype=np.int64)
            size = portfolio()[fleet.name].filter(benchmark_number=row["account_number"]).height
            if size == 125:  # noqa: PLR2004
                shown = np.full(DAYS_OF_REGISTERS, 11_492_400)
            if size == 312:  # noqa: PLR2004
                shown, back = np.zeros(DAYS_OF_REGISTERS, dtype=np.int64), np.cumsum(moved)
            frames.append(
                pl.DataFrame(
                    {
                        "meter_number": [row["meter_number"]] * DAYS_OF_REGISTERS,
                        "day": days,
                        "forward_dwh": shown,
                        "reverse_dwh": back,
                    }
                    | _rates(shown, has_rates=fleet.device == china_billing.MULTI_RATE_DEVICE)
                )
            )
    count = metering.take_registers(pl.concat(frames))
    return f"{count:,} registers of {len(frames)} meters"


def _rates(shown: np.ndarray, *, has_rates: bool) -> dict[str, pl.Series]:
    """Registers of a multi-rate meter: a third at peak, a quarter in the valley, what is left flat."""
    if not has_rates:
        return {name: pl.Series([None] * len(shown), dtype=pl.Int64) for name in ("peak_dwh", "flat_dwh", "valley_dwh")}
    peak, valley = shown // 300 * 100, shown // 400 * 100
    return {"peak_dwh": pl.Series(peak), "flat_dwh": pl.Series(shown - peak - valley), "valley_dwh": pl.Series(valley)}


def _write_files() -> str:
    """Lists to try the pages with: eighteen points, and the same with rows that cannot be taken."""
    folder = Path(server.data_folder()) / "outside"
    folder.mkdir(parents=True, exist_ok=True)
    roomy = group_queries.group_rows(on=NOW.date()).filter(device_type__code="EPON", free__gte=60).order_by("number")
    benchmark, name = roomy.values_list("benchmark_number", "number")[0]
    head = [
        "接入设备类型：楼道EPON设备",
        f"虚拟表户号：{benchmark}",
        "序号,设备点位名称,接电位置,就近户号/局号或接电的杆号、箱号,说明",
    ]
    good = china_neighbours.sample_rows(ESTATES, estate=1, first_building=61, count=18)
    new = [
        "接入设备类型：楼道EPON设备",
        head[-1],
        *china_neighbours.sample_rows(ESTATES, estate=4, first_building=61, count=18),
    ]
    (folder / "接电申请清单_新装18个点位.csv").write_bytes("\r\n".join(new).encode("utf-8-sig"))
    _write_stock(folder)
    bad = [
        *good[:3],
        "4,枕河里64幢1单元车库,,1800100004,新增",
        "5,,,,取消",
        "6,枕河里66幢1单元车库,计量箱内,1800100006,改造",
    ]
    for title, lines in (("接电申请清单18个点位.csv", good), ("接电申请清单有误.csv", bad)):
        (folder / title).write_bytes("\r\n".join([*head, *lines]).encode("utf-8-sig"))
    return f"lists for group {name} wait in {folder}"


def _write_stock(folder: Path) -> None:
    """A block that was not taken over with the others: one group of twelve points, verified but for one."""
    number, unit, customer = "1790000000", UNITS[0], FLEETS[0].name
    places = [
        (f"灯州市{ESTATES[2]}{60 + n}幢1单元", china_neighbours.account_number(2, 60 + n, 1),
         china_neighbours.access_number(2, 60 + n), f"{ESTATES[2]}{60 + n}幢终端箱",
         china_neighbours.district_number(2, 60 + n), f"{ESTATES[2]}{(60 + n) % 3 + 1}号台区")
        for n in range(12)
    ]  # fmt: skip
    address, _near, access, access_name, district, district_name = places[0]
    head = (
        unit, number, customer, address, "2018-05-01", "99000000000000179000000", "99BX17900000", access, access_name,
        len(places), district, district_name, FLEETS[0].device, FLEETS[0].rated_w, *VERIFIED,
    )  # fmt: skip
    subs = [
        (
            n, str(int(number) + n), customer, address, near, access, access_name, "新装", "2018-05-01", number, district,
            district_name, f"{address}EPON{n}", FLEETS[0].rated_w, "2018-05-01", *(VERIFIED if n < len(places) - 1 else ("", "", "")),
        )
        for n, (address, near, access, access_name, district, district_name) in enumerate(places[1:], start=1)
    ]  # fmt: skip
    (folder / "存量核查清单.csv").write_bytes(_as_csv(VERIFICATION_HEADS, [head]))
    (folder / "存量点位清单.csv").write_bytes(_as_csv(POINT_HEADS, subs))


def _set_clock() -> str:
    worker.set_clock(now=NOW)
    return f"it is {NOW:%Y-%m-%d %H:%M}"
