"""What a clerk asks of the book: the changes of a study, whom it looks at, which months."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tomoshibi.billing import values
from tomoshibi.billing.scenario import Scenario
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.tariffs.values import DraftState, ProposalState
from tomoshibi.ui import fields

LONGEST_MONTHS = 36
Choices = Sequence[tuple[str, str]]


class StudyForm(forms.Form):
    """Every change may be left empty; together they are one scenario."""

    title = forms.CharField(label=gettext_lazy("What is asked"), max_length=200)
    first_month = fields.MonthField(label=gettext_lazy("From reading month"))
    last_month = fields.MonthField(label=gettext_lazy("To reading month"))
    area = forms.ChoiceField(label=gettext_lazy("Area"), required=False)
    plan = forms.ChoiceField(label=pgettext_lazy("study", "Only bills on plan"), required=False)

    document = forms.ChoiceField(label=gettext_lazy("A version that is not published"), required=False)
    from_its_day = forms.BooleanField(
        label=gettext_lazy("only from its first day on; otherwise as if it held in all these months"), required=False
    )
    move_from = forms.ChoiceField(label=gettext_lazy("Contracts on plan"), required=False)
    move_to = forms.ChoiceField(label=gettext_lazy("as if they were on"), required=False)
    price_change = fields.PercentField(
        label=gettext_lazy("All prices by"), required=False, minimum=-500_000, maximum=5_000_000
    )
    price_plan = forms.ChoiceField(label=gettext_lazy("of plan"), required=False)
    tax_rate = fields.PercentField(label=gettext_lazy("Consumption tax"), required=False, minimum=0, maximum=1_000_000)
    carry_tax_over = forms.BooleanField(
        label=gettext_lazy("prices follow the tax, their part without tax stays"), required=False
    )
    levy = fields.PriceField(label=gettext_lazy("Renewable levy"), required=False, minimum=0)
    fuel_shift = fields.PriceField(label=gettext_lazy("Fuel adjustment up or down by"), required=False, minimum=None)
    fuel_base_price = forms.IntegerField(
        label=gettext_lazy("Base fuel price [yen/kl]"), required=False, min_value=1, max_value=1_000_000
    )
    fuel_base_unit = fields.PriceField(label=gettext_lazy("Base unit per 1,000 yen"), required=False, minimum=0)
    spot_year = forms.IntegerField(
        label=gettext_lazy("Spot prices of the year"),
        required=False,
        min_value=2005,
        max_value=2100,
        help_text=gettext_lazy("The same days of that year, for plans that follow the market."),
    )

    GROUPS = (
        (gettext_lazy("The question"), ("title", "first_month", "last_month", "area", "plan")),
        (
            gettext_lazy("Plans and prices"),
            ("document", "from_its_day", "move_from", "move_to", "price_change", "price_plan"),
        ),
        (
            gettext_lazy("Tax, levy, fuel and market"),
            ("tax_rate", "carry_tax_over", "levy", "fuel_shift", "fuel_base_price", "fuel_base_unit", "spot_year"),
        ),
    )

    def __init__(
        self,
        *args: Any,
        plans: Choices,
        documents: Choices,
        coming: Choices = (),
        formulas: Mapping[str, Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        """
        :param coming: plans that so far stand in a draft or a proposal only: contracts may be moved to them
        :param formulas: products whose fuel formula is known, with the areas (``masters.fuel_formulas``)
        """
        super().__init__(*args, **kwargs)
        for name in ("fuel_base_price", "fuel_base_unit"):
            self.fields[name].help_text = _formulas_in_words(formulas or {})
        areas = [(code, f"{code} {area.name}") for code, area in masters.areas().items()]
        for name, choices in {
            "area": areas, "plan": plans, "move_from": plans, "move_to": [*plans, *coming],
            "price_plan": plans,
            "document": documents,
        }.items():  # fmt: skip
            empty = _("all") if name in {"area", "plan", "price_plan"} else "–"
            self.fields[name].choices = [("", empty), *choices]  # type: ignore[attr-defined]

    @property
    def grouped(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first_month"), cleaned.get("last_month")
        if first and last and not 0 <= last.since(first) < LONGEST_MONTHS:
            self.add_error(
                "last_month",
                _("The last month is not before the first, and at most %(n)s months are studied at once.")
                % {"n": LONGEST_MONTHS},
            )
        if bool(cleaned.get("move_from")) != bool(cleaned.get("move_to")):
            self.add_error("move_to", _("Name both plans: the one left and the one taken."))
        if cleaned.get("carry_tax_over") and cleaned.get("tax_rate") is None:
            self.add_error("tax_rate", _("Which rate should the prices follow?"))
        return cleaned

    def months(self) -> list[Month]:
        first = self.cleaned_data["first_month"]
        return [first.plus(n) for n in range(self.cleaned_data["last_month"].since(first) + 1)]

    def selection(self) -> values.StudySelection:
        return values.StudySelection(area=self.cleaned_data["area"], plan_code=self.cleaned_data["plan"])

    def scenario(self) -> Scenario:
        """
        :raises ValueError: if the chosen draft is not sound
        """
        given = self.cleaned_data
        documents = documents_named(given["document"])
        return Scenario(
            tax_rate_ppm=given["tax_rate"],
            carry_tax_over=given["carry_tax_over"],
            levy_micro=given["levy"],
            fuel_shift_micro=given["fuel_shift"] or 0,
            fuel_base_price_yen=given["fuel_base_price"],
            fuel_base_unit_micro=given["fuel_base_unit"],
            price_change_ppm=given["price_change"] or 0,
            price_plan=given["price_plan"],
            spot_year=given["spot_year"],
            moves={given["move_from"]: given["move_to"]} if given["move_from"] else {},
            documents=tuple(documents),
            documents_named=(given["document"],) if documents else (),
            from_their_day=bool(documents) and given["from_its_day"],
        )


def _formulas_in_words(formulas: Mapping[str, Sequence[str]]) -> str:
    """For whom another formula can be worked out, and what becomes of the others."""
    areas = masters.every_area()
    known = "; ".join(
        f"{masters.fuel_product_word(product=product)}: {', '.join(str(areas[area].name) for area in own if area in areas)}"
        for product, own in formulas.items()
    )
    if not known:
        return _(
            "No formula of the fuel adjustment is known this month: bills that need one are counted as not priced."
        )
    text = _(
        "The formula is known this month for %(known)s. Bills of other areas and products, and of months whose customs "
        "prices are not known, are counted as not priced."
    )
    return text % {"known": known}


def document_choices() -> list[tuple[str, str]]:
    """Proposals that wait and drafts that are open, as choices: ``proposal:7``, ``draft:3``."""
    proposals = [
        (f"proposal:{one.id}", _("proposal: %(plan)s from %(day)s") % {"plan": one.plan_code, "day": one.valid_from})
        for one in tariffs.proposals(state=ProposalState.OPEN)
    ]
    drafts = [
        (f"draft:{one.id}", _("draft: %(plan)s") % {"plan": one.plan_code})
        for one in tariffs.drafts(state=DraftState.OPEN)
    ]
    return [*proposals, *drafts]


def coming_plans(*, known: Choices) -> list[tuple[str, str]]:
    """Plans of open proposals and drafts that have no published version yet."""
    codes = {one.plan_code for one in tariffs.proposals(state=ProposalState.OPEN)}
    codes |= {one.plan_code for one in tariffs.drafts(state=DraftState.OPEN)}
    return [(code, _("%(plan)s, not published") % {"plan": code}) for code in sorted(codes - {c for c, _name in known})]


def documents_named(name: str) -> list[Mapping[str, Any]]:
    """
    The one-version documents behind a choice.

    :raises ValueError: if a draft is not sound, with what is wrong
    """
    kind, _colon, number = name.partition(":")
    if kind == "proposal":
        found = tariffs.proposal(proposal_id=int(number))
        return [found.document] if found else []
    if kind == "draft":
        documents, findings = tariffs.read_document(tariffs.draft(draft_id=int(number)).text)
        if not documents:
            raise ValueError("; ".join(str(one) for one in findings if one.blocking))
        return list(documents)
    return []
