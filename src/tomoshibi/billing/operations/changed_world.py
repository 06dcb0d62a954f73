"""A world in which a scenario holds: other versions, other published values, the same pricing."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from tomoshibi.billing.operations.lookups import Lookups
from tomoshibi.billing.operations.world import World
from tomoshibi.billing.scenario import PPM, Scenario
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.tariffs import values as tariff_values

_FIRST_DRAFT = -1
"""Documents that are not published are numbered downwards from here; published versions have positive numbers."""


class ChangedWorld(World):
    """
    :param scenario: what is different
    :param taxed_on: a day on which the prices of the published plans hold their tax
    :param lookups: how contracts and plans are read
    """

    def __init__(self, scenario: Scenario, *, taxed_on: date, lookups: Lookups | None = None) -> None:
        super().__init__(lookups)
        self._scenario = scenario
        self.spot_year = scenario.spot_year
        self._taxed_on = taxed_on
        self._documents: dict[int, Mapping[str, Any]] = {}
        self._number_of: dict[int | str, int] = {}
        self._rules: dict[int, tuple[Program, str]] = {}
        for document in scenario.documents:
            self._add(f"{document['plan']} {document['versions'][0]['from']}", self._repriced(document))

    def starts(self) -> pl.DataFrame:
        """A version that holds all along divides nothing; one that has its day divides on it."""
        own = [(one["plan"], date.fromisoformat(one["versions"][0]["from"])) for one in self._scenario.documents]
        published = super().starts()
        if not self._scenario.from_their_day:
            return published.filter(~pl.col("plan_code").is_in([plan for plan, _day in own]))
        return pl.concat([published, pl.DataFrame(own, schema=published.schema, orient="row")])

    def versions(self, parts: pl.DataFrame) -> pl.DataFrame:
        moved = parts
        if self._scenario.moves:
            moved = parts.with_columns(pl.col("plan_code").replace(dict(self._scenario.moves)))
        held = super().versions(moved)
        for document in self._scenario.documents:
            version = document["versions"][0]
            mine = pl.col("plan_code") == document["plan"]
            if self._scenario.from_their_day:
                mine &= pl.col("period_start") >= date.fromisoformat(version["from"])
                if "until" in version:
                    mine &= pl.col("period_start") < date.fromisoformat(version["until"])
            number = self._number_of[f"{document['plan']} {version['from']}"]
            held = held.with_columns(pl.when(mine).then(pl.lit(number)).otherwise("plan_version").alias("plan_version"))
        return self._with_other_prices(held)

    def programs(self, versions: pl.Series) -> dict[int, Program]:
        used = versions.to_list()
        own = {number: self._rules_of(number)[0] for number in used if number in self._documents}
        return super().programs(versions.filter(versions > _FIRST_DRAFT)) | own

    def rules(self, versions: pl.Series) -> dict[int, tuple[Program, str]]:
        used = versions.to_list()
        own = {number: self._rules_of(number) for number in used if number in self._documents}
        return super().rules(versions.filter(versions > _FIRST_DRAFT)) | own

    def values(self, usage: pl.DataFrame) -> pl.DataFrame:
        used = set(usage["plan_version"].unique().to_list())
        own = {number: document for number, document in self._documents.items() if number in used}
        found = self.lookups.plans.with_market(usage, documents_of=own, spot_year=self.spot_year)
        scenario = self._scenario
        if scenario.tax_rate_ppm is not None:
            found = found.with_columns(pl.lit(scenario.tax_rate_ppm, dtype=pl.Int64).alias("tax_rate_ppm"))
        if scenario.levy_micro is not None:
            found = found.with_columns(pl.lit(scenario.levy_micro, dtype=pl.Int64).alias("levy_micro"))
        return self._with_fuel(found) if scenario.changes_fuel and "fuel_micro" in found.columns else found

    def half_hours(self, **asked: Any) -> tariff_values.HalfHours:
        return super().half_hours(**asked, spot_year=self.spot_year)

    def document_of(self, number: int) -> Mapping[str, Any]:
        """The document behind a number of ``plan_version``."""
        return self._documents.get(number) or tariffs.known_version(version_id=number).document

    def _rules_of(self, number: int) -> tuple[Program, str]:
        """What a document that is not published prices by, worked out once."""
        if number not in self._rules:
            self._rules[number] = tariffs.rules_of(self._documents[number])
        return self._rules[number]

    def _add(self, key: int | str, document: Mapping[str, Any]) -> int:
        number = _FIRST_DRAFT - len(self._documents)
        self._documents[number] = document
        self._number_of[key] = number
        return number

    def _repriced(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """A document with the prices that the scenario gives it."""
        factor = self._factor(document)
        return document if factor == 1 else tariffs.with_prices(document, lambda amount: amount * factor)

    def _factor(self, document: Mapping[str, Any]) -> Fraction:
        scenario = self._scenario
        factor = Fraction(1)
        # Prices without tax stay as they are: the tax is added to them on the bill.
        holds_tax = document["versions"][0].get("tax", "included") == "included"
        if scenario.carry_tax_over and scenario.tax_rate_ppm is not None and holds_tax:
            before = masters.tax_rate(on=self._taxed_on).rate_ppm
            factor *= Fraction(PPM + scenario.tax_rate_ppm, PPM + before)
        if scenario.price_change_ppm and scenario.price_plan in {"", document["plan"]}:
            factor *= Fraction(PPM + scenario.price_change_ppm, PPM)
        return factor

    def _with_other_prices(self, held: pl.DataFrame) -> pl.DataFrame:
        """Published versions replaced by what the scenario makes of their prices."""
        if not (self._scenario.carry_tax_over or self._scenario.price_change_ppm):
            return held
        for number in held["plan_version"].unique().drop_nulls().to_list():
            if number > 0 and number not in self._number_of:
                document = tariffs.known_version(version_id=number).document
                self._add(number, self._repriced(document))
        others = {int(key): number for key, number in self._number_of.items() if isinstance(key, int)}
        return held.with_columns(pl.col("plan_version").replace(others))

    def _with_fuel(self, found: pl.DataFrame) -> pl.DataFrame:
        """Units shifted, and recomputed where the formula is another; a block's amount follows its kWh."""
        keys = found.select("plan_version", "area", "month").unique().drop_nulls("plan_version")
        rows = []
        for version, area, month in keys.iter_rows():
            document = self.document_of(version)
            part = next((p for p in document["versions"][0]["components"] if p["kind"] == "fuel"), None)
            shift = 0 if part is None else self._fuel_shift(area, Month.from_number(month), part["product"])
            block = 0 if part is None else int(part.get("block_kwh", 0))
            rows.append((version, area, month, shift, None if shift is None else shift * block))
        schema = {name: found.schema[name] for name in ("plan_version", "area", "month")}
        shifts = pl.DataFrame(rows, schema=schema | {"_shift": pl.Int64, "_block": pl.Int64}, orient="row")
        joined = found.join(shifts, on=["plan_version", "area", "month"], how="left", maintain_order="left")
        joined = joined.with_columns(pl.col("fuel_micro") + pl.col("_shift"))
        if "fuel_block_micro" in joined.columns:
            joined = joined.with_columns(pl.col("fuel_block_micro") + pl.col("_block"))
        return joined.drop("_shift", "_block")

    def _fuel_shift(self, area: str, month: Month, product: str) -> int | None:
        scenario = self._scenario
        formula = (scenario.fuel_base_price_yen, scenario.fuel_base_unit_micro)
        if formula == (None, None):
            return scenario.fuel_shift_micro
        try:
            change = masters.fuel_unit_change(
                area=area, month=month, product=product, base_price_yen=formula[0], base_unit_micro=formula[1]
            )
        except masters.MasterMissing:
            # Not computable: the bill is refused in the study, with the value that is missing.
            return None
        return scenario.fuel_shift_micro + change
