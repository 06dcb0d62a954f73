"""Pages that exist for tests only: every piece of ``ui`` on something realistic, behind the real frame and rights."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import include, path

from tomoshibi.ui import charts, confirm, fields, lists
from tomoshibi.ui.pages import ANY_STAFF, page
from tomoshibi.ui.states import State, Tone

STATES = {
    "issued": State("発行済", Tone.GOOD, "circle-check"),
    "held": State("保留", Tone.ATTENTION, "hand-stop", "人の確認が要ります"),
    "refused": State("却下", Tone.BAD, "circle-x"),
}
REASONS = {"E104": "前年同月の3倍を超えています", "E201": "使用量がゼロです"}
COUNT = {"rows": 10_000}


def _row(n: int) -> dict[str, Any]:
    return {
        "id": n,
        "number": f"{2026_0000_0000 + n}",
        "customer": f"灯火 {'太郎' if n % 2 else '花子'} {n}",
        "phone": f"090-1234-{n % 10_000:04d}",
        "energy_dwh": 8_120_000 + n * 137,
        "amount_minor": -n if n % 97 == 0 else 28_114 + n,
        "due_on": date(2026, 11, 20) + timedelta(days=n % 30),
        "reason": "E104" if n % 3 else "E201",
        "state": ("issued", "held", "refused")[n % 3],
    }


def bills_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="test.bills",
        rows=[_row(n) for n in range(1, COUNT["rows"] + 1)],
        columns=(
            lists.Code("number", "請求番号"),
            lists.Text("customer", "お客さま"),
            lists.Text("phone", "電話", masked=True, shown=False),
            lists.Energy("energy_dwh", "使用量", total=True),
            lists.Money("amount_minor", "請求額", total=True),
            lists.Day("due_on", "支払期限", weekday=True),
            lists.Code("reason", "理由", explain=REASONS),
            lists.StateOf("state", "状態", states=STATES),
        ),
        filters=(
            lists.Search("q", "検索", among=("number", "customer")),
            lists.Choice("reason", "理由", choices=list(REASONS.items())),
            lists.Choice("state", "状態", choices=[(k, s.word) for k, s in STATES.items()], facet=True),
            lists.DayRange("due_on", "支払期限"),
            lists.MoneyRange("amount", "請求額", path="amount_minor"),
        ),
        order=("number",),
    )


@page(ANY_STAFF)
def bills(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        bills_list(),
        title="確認する請求",
        panel="pieces:panel",
        page="pieces:bill",
        actions=[lists.Action("確定", "pieces:release", "send", key="r")],
        empty=lists.Empty("確認する請求はありません。", "料金計算が終わると、確認が要る請求がここに並びます。"),
    )


@page(ANY_STAFF)
def panel(request: HttpRequest, number: int) -> HttpResponse:
    return HttpResponse(f"<h2>請求 {_row(number)['number']}</h2><p>{_row(number)['customer']}</p>")


def usage_chart(*, months: int = 12) -> charts.Chart:
    names = [f"{2026 + n // 12}-{n % 12 + 1:02d}" for n in range(months)]
    return charts.over_categories(
        chart_id="usage",
        title="使用量の推移",
        axis="月",
        categories=names,
        series=[
            charts.Series("今年", [300 + 25 * (n % 5) for n in range(months)]),
            charts.Series("前年", [280 + 20 * (n % 4) for n in range(months)], quiet=True),
        ],
        unit="kWh",
    )


class CorrectionForm(forms.Form):
    month = fields.MonthField(label="月分")
    start = fields.DayField(label="開始日", required=False)
    energy = fields.EnergyField(label="使用量", help_text="小数は4桁まで")
    amount = fields.MoneyField(label="請求額", minimum=None)
    reason = fields.ReasonField()


@page(ANY_STAFF)
def bill(request: HttpRequest, number: int) -> HttpResponse:
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("pieces:bills")
    context = {"bill": _row(number), "form": form, "chart": usage_chart(), "states": STATES}
    return render(request, "pieces/bill.html", context, status=422 if form.errors else 200)


@page(ANY_STAFF)
def thirteen_months(request: HttpRequest) -> HttpResponse:
    context = {"bill": _row(2), "form": CorrectionForm(), "chart": usage_chart(months=13), "states": STATES}
    return render(request, "pieces/bill.html", context)


@page(ANY_STAFF)
def thirty_days(request: HttpRequest) -> HttpResponse:
    days = [str(date(2026, 10, 6) + timedelta(days=n)) for n in range(30)]
    chart = charts.over_categories(
        chart_id="usage", title="日ごと", axis="日", categories=days, unit="件", whole=True,
        series=[charts.Series("受信", [n % 3 for n in range(30)])],
    )  # fmt: skip
    context = {"bill": _row(2), "form": CorrectionForm(), "chart": chart, "states": STATES}
    return render(request, "pieces/bill.html", context)


@page(ANY_STAFF)
def kinds(request: HttpRequest) -> HttpResponse:
    words = ["料金・請求", "お支払い", "契約・プラン", "引越し・開始・解約", "停電・設備", "その他"]
    chart = charts.over_categories(
        chart_id="usage", title="種別ごと", axis="種別", categories=words, unit="件", whole=True,
        series=[charts.Series("受信", [2, 1, 1, 1, 1, 0])],
    )  # fmt: skip
    context = {"bill": _row(2), "form": CorrectionForm(), "chart": chart, "states": STATES}
    return render(request, "pieces/bill.html", context)


@page(ANY_STAFF)
def release(request: HttpRequest) -> HttpResponse:
    chosen = lists.chosen(request, bills_list())
    if confirm.is_confirmed(request):
        return redirect("pieces:bills")
    question = confirm.Question(
        title="請求を確定する",
        what="選んだ請求を確定し、請求書を発行します。",
        do="確定する",
        back="/pieces/bills/",
        count=len(chosen.ids),
        amount_minor=sum(_row(n)["amount_minor"] for n in chosen.ids),
        warning="保留中の請求が含まれています。",
        second_person="佐藤 一郎",
    )
    return confirm.ask(request, question)


urlpatterns = [
    path("pieces/", include((
        [
            path("bills/", bills, name="bills"),
            path("bills/release/", release, name="release"),
            path("bills/<int:number>/", bill, name="bill"),
            path("kinds/", kinds, name="kinds"),
            path("thirty-days/", thirty_days, name="thirty_days"),
            path("thirteen-months/", thirteen_months, name="thirteen_months"),
            path("bills/<int:number>/panel/", panel, name="panel"),
        ],
        "pieces",
    ))),
    path("", include("tomoshibi.config.urls")),
]  # fmt: skip
