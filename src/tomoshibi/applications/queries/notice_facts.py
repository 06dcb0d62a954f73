"""What a document says about a contract: from company, plan, contract, payer, point and masters. In Japanese, as the law is."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import translation

from tomoshibi.applications import notice_texts
from tomoshibi.applications.models import Agency, Change, Registration
from tomoshibi.applications.values.changes import ChangeKind
from tomoshibi.applications.values.notices import About
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel import units
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import Customer
from tomoshibi.supply import queries as supply
from tomoshibi.supply.values import SupplyPoint
from tomoshibi.tariffs import queries as tariffs

PAYMENT = {
    "direct_debit": "口座振替",
    "transfer": "銀行振込",
    "card": "クレジットカード",
    "cvs": "コンビニエンスストア払い",
}
STATEMENT = {"portal": "料金明細はポータルでご確認いただけます。", "paper": "料金明細は書面でお送りします。"}
VOLTAGE = {"low": "低圧（100ボルトまたは200ボルト）", "high": "高圧", "special_high": "特別高圧"}
APRIL = 4


@dataclass
class Terms:
    """What holds, or will hold: the same shape for a registration, a contract and a change of it."""

    customer: Customer
    plan_code: str
    capacity_kind: str
    capacity_milli: int
    agency_code: str
    payment_method: str
    statement_channel: str
    starts_on: date | None
    spin: str
    place: str
    point: SupplyPoint | None
    area: str = ""
    """Of the place, where its point is not known yet."""
    contract_number: str = ""
    discounts: list[str] = field(default_factory=list)
    mail: str = ""


def facts_of(*, about: About, today: date) -> tuple[Terms, dict[str, str]]:
    """
    Everything that can be filled into a document; what nobody knows is empty.

    :raises LookupError: if what it is about is not there (any more)
    """
    terms = _terms(about, today)
    with translation.override("ja"):
        return terms, {**_company(), **_contract(terms, today), **_charges(terms, today)}


def _terms(about: About, today: date) -> Terms:
    change = Change.objects.filter(id=about.change_id).first() if about.change_id else None
    if about.contract_id is not None:
        return _of_contract(about.contract_id, change, today)
    row = Registration.objects.select_related("intake").filter(id=about.registration_id or 0).first()
    customer = parties.customer(customer_id=row.customer_id) if row and row.customer_id else None
    if row is None or customer is None:
        raise LookupError("nothing to tell of")
    answers = row.intake.answers
    point = supply.point(supply_point_id=row.supply_point_id) if row.supply_point_id else None
    return Terms(
        customer=customer,
        plan_code=row.plan_code,
        capacity_kind=row.capacity_unit,
        capacity_milli=row.capacity_milli,
        agency_code=row.agency_code,
        payment_method=row.payment_method,
        statement_channel=row.statement_channel,
        starts_on=row.starts_on or row.wished_on,
        spin=row.intake.spin or (point.spin if point else ""),
        place="".join(str(answers.get(part, "")) for part in ("prefecture", "city", "town", "block", "building")),
        point=point,
        area=row.intake.area,
        discounts=[discount["code"] for discount in row.discounts],
        mail=customer.mail,
    )


def _of_contract(contract_id: int, change: Change | None, today: date) -> Terms:
    if change is not None and change.new_contract_id:
        contract_id = change.new_contract_id
    contract = contracts.contract(contract_id=contract_id)
    if contract is None:
        raise LookupError("the contract is gone")
    day = max(today, contract.start, change.effective_on if change else today)
    held = contract.terms_on(day) or contract.terms[-1]
    account = parties.account(account_id=contract.account_id, on=day)
    customer = parties.customer(customer_id=contract.customer_id)
    point = supply.point(supply_point_id=contract.supply_point_id)
    assert account is not None, "a contract has a payer"
    assert customer is not None, "a contract has a holder"
    assert point is not None, "a contract has a point"
    terms = Terms(
        customer=customer,
        plan_code=held.plan_code,
        capacity_kind=held.capacity_kind.value,
        capacity_milli=held.capacity_milli,
        agency_code=held.agency_code,
        payment_method=account.payment_method.value,
        statement_channel=account.statement_channel.value,
        starts_on=contract.start,
        spin=point.spin,
        place=f"{point.address} {point.building}".strip(),
        point=point,
        contract_number=contract.number,
        discounts=[discount["code"] for discount in held.discounts],
        mail=customer.mail or account.mail,
    )
    if change is not None and not change.new_contract_id:
        _as_wanted(terms, change)
    return terms


def _as_wanted(terms: Terms, change: Change) -> None:
    """A change that is under way: what it asks for stands in the place of what holds."""
    wanted: dict[str, Any] = change.wanted
    for name in ("plan_code", "capacity_milli", "capacity_kind", "discounts", "payment_method", "agency_code"):
        if name in wanted:
            setattr(terms, name, wanted[name])
    if change.kind in {ChangeKind.PLAN, ChangeKind.DISCOUNTS, ChangeKind.CAPACITY}:
        terms.starts_on = change.took_effect_on or change.effective_on
    if change.kind == ChangeKind.MOVE:
        terms.starts_on = date.fromisoformat(wanted["start_on"])
        terms.spin = wanted["spin"]
        terms.point = supply.point(spin=terms.spin)
        terms.place = "".join(str(wanted.get(part, "")) for part in ("prefecture", "city", "town", "block", "building"))
        terms.place = terms.place or (terms.point.address if terms.point else "")


def _company() -> dict[str, str]:
    company = masters.company()
    return {
        "company": company.name,
        "company_postal_code": company.postal_code,
        "company_address": company.address,
        "company_phone": company.phone,
        "company_mail": company.mail,
        "invoice_registration": company.registration_number,
    }


def _contract(terms: Terms, today: date) -> dict[str, str]:
    fiscal_year = str(today.year if today.month >= APRIL else today.year - 1)
    power_mix, _lacking = notice_texts.fill(notice_texts.shipped()["power_mix"], {"fiscal_year": fiscal_year})
    return {
        "customer": terms.customer.name,
        "contract": terms.contract_number,
        "agent": _agent(terms.agency_code),
        "start": _day(terms.starts_on),
        "discounts": "、".join(terms.discounts) or "ありません。",
        "payment": " ".join(
            part for part in (PAYMENT.get(terms.payment_method, ""), STATEMENT.get(terms.statement_channel, "")) if part
        ),
        "reading_day": _reading_day(terms),
        "voltage": VOLTAGE.get(terms.point.voltage.value if terms.point else "low", ""),
        "frequency": _frequency(terms.point.area if terms.point else terms.spin[:2] or terms.area),
        "capacity": _capacity(terms),
        "spin": terms.spin,
        "place": terms.place,
        "power_mix": power_mix,
        "fiscal_year": fiscal_year,
    }


def _agent(code: str) -> str:
    if not code:
        return "ありません（当社と直接のご契約です）。"
    row = Agency.objects.filter(code=code).first()
    if row is None:
        return ""  # a paper that names an agency nobody knows is not sent
    return f"媒介：{row.name}（代理店コード {row.code}）{row.mail}"


def _capacity(terms: Terms) -> str:
    if terms.capacity_kind == "contract" or not terms.capacity_milli:
        return "契約容量の定めのないプランです。"
    return f"{units.plain(int(terms.capacity_milli), scale=units.MILLI)} {terms.capacity_kind}"


def _frequency(area: str) -> str:
    """With the districts at the area's border that have the other one."""
    found = masters.every_area().get(area)
    if found is None:
        return ""
    return f"{found.frequency_hz}ヘルツ" + (f"（{found.other_frequency_ja}）" if found.other_frequency_ja else "")


def _reading_day(terms: Terms) -> str:
    if terms.point is None or not terms.point.base_day:
        return "一般送配電事業者が定める日（供給開始後にお知らせします）。"
    return (
        f"一般送配電事業者が定める毎月の検針日（基本検針日の区分 {terms.point.base_day}）。計量日の確定値で算定します。"
    )


def _charges(terms: Terms, today: date) -> dict[str, str]:
    on = max(today, terms.starts_on or today)
    prices, rules = tariffs.charges_in_words(plan_code=terms.plan_code, on=on)
    leaving, paying_late, later = tariffs.clauses_in_words(plan_code=terms.plan_code, on=on) or ("", "", "")
    sentences = [*rules, ("料金の一部の後払い", later)] if later else rules
    names = tariffs.plan_names(language="ja")
    return {
        "plan": names.get(terms.plan_code, "") if prices or rules else "",
        "prices": "\n".join(f"・{component} {what}　{price}".replace("  ", " ") for component, what, price in prices),
        "rules": "\n".join(f"・{component}：{sentence}" for component, sentence in sentences),
        "fee": leaving,
        "late_interest": paying_late,
    }


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
