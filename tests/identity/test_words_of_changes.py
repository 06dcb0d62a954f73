"""The trail of changes is read by people: columns, kinds of rows and values are words, in every kept row of the house."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.utils import translation

from tomoshibi.identity import changes, columns, operations, queries
from tomoshibi.identity.models import User
from tomoshibi.storage import db
from tomoshibi.storage.fields import StateField


def kept() -> list[Any]:
    return [m for m in apps.get_models() if m.__module__.startswith("tomoshibi.") and hasattr(m, "pgh_event_models")]


def kept_columns() -> Iterator[tuple[Any, Any]]:
    for model in kept():
        snapshots = [event._meta for event in model.pgh_event_models.values()]
        shown = {field.name for meta in snapshots for field in meta.concrete_fields}
        yield from ((model, field) for field in model._meta.concrete_fields if field.name in shown)


def test_every_kept_column_and_kind_of_row_has_its_word():
    nameless = {
        f.attname for _model, f in kept_columns() if columns.called(f.attname) == f.attname and f.attname != "id"
    }
    assert not nameless, f"add these to identity/columns.py: {sorted(nameless)}"
    assert {model._meta.label_lower for model in kept()} <= columns.ROWS.keys()


def test_no_word_stays_for_what_is_gone():
    known = {name for _model, field in kept_columns() for name in (field.attname, field.attname.removesuffix("_id"))}
    assert columns.COLUMNS.keys() <= known
    assert columns.ROWS.keys() <= {model._meta.label_lower for model in kept()}


def test_every_state_and_choice_is_said_in_words():
    silent = []
    for model, field in kept_columns():
        path = model.trail_words.get(field.name) if hasattr(model, "trail_words") else None
        if path is None:
            if isinstance(field, StateField) or field.choices:
                silent.append(f"{model._meta.label}.{field.name}: give audited() its words")
            continue
        missing = {value for value, _label in field.choices or () if value not in changes.words(path)}
        silent += [f"{path} does not know {value!r} of {model._meta.label}" for value in sorted(missing)]
    assert not silent, silent


def test_words_are_given_only_for_columns_that_there_are():
    for model in kept():
        names = {field.name for field in model._meta.concrete_fields}
        assert set(getattr(model, "trail_words", {})) <= names, model._meta.label


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "column", "value", "said"),
    [
        ("contracts.ContractTerms", "capacity_milli", 40_000, "40"),
        ("contracts.SundryCharge", "amount_minor", 12_345, "12,345 円"),
        ("contracts.Contract", "end", "2026-10-31", "2026-10-31"),
        ("contracts.Contract", "end_reason", "moved_out", "転居"),
        (
            "applications.Notice",
            "missing",
            ["registration_number:sample", "supply:frequency"],
            "小売電気事業者の登録番号：出荷時の見本のままです。自社の内容に書き換えてください, 電圧・周波数・契約容量 (周波数)",
        ),
        ("parties.Customer", "phone", "03-1234-5678", "••••"),
        ("parties.AccountTerms", "payment_method", "direct_debit", "口座振替"),
        ("masters.TaxRate", "rate_ppm", 100_000, "10%"),
        ("masters.RenewableLevy", "price_micro_per_kwh", 3_980_000, "3.98 円"),
        ("masters.RenewableLevy", "valid", "[2026-05-01,2027-05-01)", "2026-05-01 – 2027-05-01"),
        ("masters.RenewableLevy", "valid", "[2026-05-01,)", "2026-05-01 – "),
        ("supply.Meter", "is_smart", True, "はい"),
        ("supply.SupplyPoint", "area", "03", "東京"),
        ("contracts.Contract", "end", None, ""),
    ],
)
def test_a_value_is_shown_as_its_page_shows_it(model, column, value, said):
    with translation.override("ja"):
        assert changes.shown(apps.get_model(model), column, value, {}) == said


@pytest.mark.parametrize(("language", "word"), [("ja", "料金プラン"), ("zh-hans", "资费方案"), ("en", "Plan")])
def test_a_column_is_called_in_the_readers_language(language, word):
    with translation.override(language):
        assert columns.called("plan_code") == word


@pytest.fixture
def reader(client):
    with db.transaction():
        operations.save_role(code="clerk", name="Clerk", rights=["RB6.view"])
        user_id = operations.add_person(username="sato", name="佐藤", mail="s@example.jp", password="lamp-light-42")
    client.force_login(User.objects.get(id=user_id))
    return client


@pytest.mark.django_db(transaction=True)
def test_a_person_and_a_department_leave_a_trail_that_only_their_keepers_read(reader, admin_client):
    person = User.objects.get(username="sato")
    operations_url = f"/identity/people/{person.id}/"
    assert admin_client.post("/identity/departments/new/", {"code": "money", "name": "料金課"}).status_code == 302
    answer = admin_client.post(operations_url, {"department": "money", "roles": ["clerk"], "reason": "異動"})
    assert answer.status_code == 302
    assert f"/identity/trail/identity.user/{person.id}/" in admin_client.get(operations_url).content.decode()
    told = admin_client.get(f"/identity/trail/identity.user/{person.id}/").content.decode()
    assert "部署" in told
    assert "money" in told, "a row that another points at is called by its code, not by its number"
    assert "異動" in told
    assert reader.get(f"/identity/trail/identity.user/{person.id}/").status_code == 403
    assert admin_client.post("/identity/departments/money/", {"code": "money", "name": "お金の課"}).status_code == 302
    page = admin_client.get("/identity/departments/money/").content.decode()
    assert "/identity/trail/identity.department/" in page
    told = admin_client.get("/identity/trail/identity.department/?code=money").content.decode()
    assert "料金課" in told
    assert "お金の課" in told


@pytest.mark.django_db(transaction=True)
def test_a_row_is_found_by_its_key_and_by_nothing_else(reader):
    assert reader.get("/identity/trail/billing.checksetting/?code=E104").status_code == 200
    for wrong in (
        "billing.checksetting/",
        "billing.checksetting/?reason=x",
        "parties.customer/?name__startswith=%E7%81%AF",
    ):
        assert reader.get(f"/identity/trail/{wrong}").status_code == 404, wrong
    with pytest.raises(queries.NoTrail):
        queries.row_ids(model="parties.customer", key={"phone": "03"})
