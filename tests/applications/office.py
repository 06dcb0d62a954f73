"""An office that takes applications: masters, plans, company, texts, people, one agency."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tests import company
from tomoshibi.applications import operations
from tomoshibi.identity import operations as identity
from tomoshibi.masters import operations as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.worker import operations as clock

NOW = datetime(2026, 11, 4, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
SPIN = "0300112233445566778899"
CLERK, LEAD = "tanaka", "mori"
ANSWERS = {
    "kind": "switch", "postal_code": "105-0011", "prefecture": "東京都", "city": "港区", "town": "芝公園",
    "block": "９９−１", "building": "灯火荘 101", "area": "03", "use_kwh": "260", "plan_code": "tokyo-b",
    "capacity_unit": "A", "capacity": "30", "spin": "03-0011-2233-4455-6677-8899", "current_retailer": "東京でんき",
    "current_customer_number": "1234567890123", "wished_on": "2026-12-01", "applicant": "person",
    "name": "灯火　太郎", "kana": "ともしび たろう", "phone": "０９０−００００−１２３４", "mail": "taro@example.jp",
    "payment_method": "direct_debit", "statement_channel": "portal",
}  # fmt: skip
"""What somebody writes, as people write it."""


def open_office() -> None:
    """Call inside a transaction."""
    clock.set_clock(now=NOW)
    masters.load_shipped(on=NOW.date(), with_banks=False, invented=True)
    company.enter()
    messaging.load_shipped_texts()
    tariffs.install_shipped(now=NOW)
    rights = ["IN1.do", "IN2.do", "CM1.do", "CM3.do", "AP7.do"]
    identity.save_role(code="front", name="受付", rights=rights)
    identity.save_role(code="front_lead", name="受付責任者", rights=[*rights, "CM1.confirm"])
    for username, name, role in ((CLERK, "田中", "front"), (LEAD, "森", "front_lead")):
        identity.add_person(
            username=username, name=name, mail=f"{username}@example.jp", password="lamp-light-42", roles=[role]
        )
    operations.save_agency(code="AKARI", name="あかり商店")
