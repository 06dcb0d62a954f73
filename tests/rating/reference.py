"""
A second opinion: one bill at a time, in fractions, straight from the plan document.

Written from the rules, not from the engine: it shares no code with ``tomoshibi.rating`` or ``tomoshibi.tariffs`` and is
never imported by the product.
"""

import calendar
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import ceil, floor


class Refused(Exception):
    pass


@dataclass
class Part:
    """One part of a bill (most bills have one)."""

    document: dict
    kwh: Fraction
    start: date
    end: date
    reading_start: date
    reading_end: date
    size: Fraction | None = None
    half_hours: list[Fraction] | None = None
    holidays: frozenset[date] = frozenset()
    discounts: tuple[str, ...] = ()
    inputs: dict = field(default_factory=dict)
    area: str = ""
    spot: dict[str, list[Fraction | None]] = field(default_factory=dict)


@dataclass
class Answer:
    """
    What a bill comes to.

    :param total: in the smallest unit of the currency, like ``tax`` and ``deferred``
    :param energy: what was priced [kWh]
    """

    total: int
    tax: int
    unrounded: Fraction
    by_component: dict[str, Fraction] = field(default_factory=dict)
    energy: Fraction = Fraction(0)
    deferred: int = 0


def to_unit(value, unit, mode):
    """Round to a multiple of a unit."""
    quotient = Fraction(value) / Fraction(unit)
    if mode == "floor":
        whole = floor(quotient)
    elif mode == "ceiling":
        whole = ceil(quotient)
    elif mode == "truncate":
        whole = floor(abs(quotient)) * (-1 if quotient < 0 else 1)
    else:
        whole = floor(abs(quotient) + Fraction(1, 2)) * (-1 if quotient < 0 else 1)
    return whole * Fraction(unit)


def by_step(value, step, finest=Fraction(1, 10**10)):
    """Round by a step of the document; ``exact`` still ends at the finest unit that can be stored."""
    if step == "exact":
        return to_unit(value, finest, "floor")
    return to_unit(value, Fraction(str(step["unit"])), step["mode"])


def month_days(day):
    return calendar.monthrange(day.year, day.month)[1]


def denominator(rule, part):
    last = part.end - timedelta(days=1)
    return {
        "reading_period": (part.reading_end - part.reading_start).days,
        "calendar_of_start": month_days(part.start),
        "calendar_of_end": month_days(last),
        "calendar_of_edge": month_days(last if part.end < part.reading_end else part.start),
        "thirty": 30,
    }[rule]


def share_of_month(policy, part):
    if policy == "never":
        return Fraction(1), True
    used = (part.end - part.start).days
    if (part.start, part.end) != (part.reading_start, part.reading_end):
        days = denominator(policy["denominator"], part)
        return Fraction(used, days), used == days
    length = policy.get("length")
    if length:
        days = denominator(length["denominator"], part)
        off = abs(used - days)
        if off > length["days"] or (length["inclusive"] and off == length["days"]):
            return Fraction(used, days), used == days
    return Fraction(1), True


def follows_days(part, scope):
    """Whether a plan shares a thing by days; what it does not share is owed once by a bill."""
    policy = part.document["versions"][0].get("proration", "never")
    everything = ["basic", "minimum", "monthly_minimum", "tiers", "blocks", "fixed", "monthly"]
    return policy != "never" and scope in policy.get("applies_to", everything)


class _Bill:
    """The lines of one part."""

    def __init__(self, parts, number, values, energies):
        part, kwh, bill_kwh = parts[number], energies[number], sum(energies)
        self.last = number == len(parts) - 1
        self.begun = parts[0].start
        self.later = parts[number + 1 :]
        self.before = sum(energies[:number])
        self.part_of_bill = Fraction((part.end - part.start).days, sum((one.end - one.start).days for one in parts))
        self.part, self.values, self.kwh, self.bill_kwh = part, values, kwh, bill_kwh
        self.version = part.document["versions"][0]
        policy = self.version.get("proration", "never")
        self.policy = {} if policy == "never" else policy
        self.share, self.whole = share_of_month(policy, part)
        self.line_step = self.version.get("rounding", {}).get("line", "exact")
        self.amounts = {}
        self.levies = {}

    def applies(self, scope):
        return not self.whole and follows_days(self.part, scope)

    def prorate_money(self, amount, scope):
        if not follows_days(self.part, scope) and any(not follows_days(one, scope) for one in self.later):
            return Fraction(0)  # the bill owes it once, for the last part that does not share it by days
        if not self.applies(scope):
            return amount
        return by_step(amount * self.share, self.policy.get("money", {"unit": "0.01", "mode": "half_up"}))

    def prorate_kwh(self, kwh, scope):
        if not self.applies(scope):
            return kwh
        return by_step(kwh * self.share, self.policy.get("kwh", {"unit": 1, "mode": "half_up"}))

    def add(self, code, amount):
        self.amounts[code] = self.amounts.get(code, Fraction(0)) + by_step(amount, self.line_step)

    def value(self, name):
        if self.values.get(name) is None:
            raise Refused(f"value_missing {name}")
        return self.values[name]

    def run(self):
        for c in self.version["components"]:
            getattr(self, c["kind"])(c)
        return self

    # Shapes

    def basic(self, c):
        half = Fraction(1, 2) if c.get("zero_use") == "half" and self.bill_kwh == 0 else 1
        price = Fraction(str(c["price"]["amount"]))
        if c["unit"] == "contract":
            self.add(c["code"], self.prorate_money(price, "basic") * half)
            return
        size = self._size(c)
        factor = self._power_factor(c)
        if "first" in c:
            first = by_step(Fraction(str(c["first"]["price"]["amount"])) * factor, "exact")
            first = Fraction(0) if c.get("size") == "reserve" and size == 0 else first
            self.add(c["code"], self.prorate_money(first, "basic") * half)
            size = max(size - Fraction(str(c["first"]["size"])), Fraction(0))
        amount = by_step(size * price / c.get("per", 1), "exact")
        if "round" in c:
            amount = by_step(amount, c["round"])
        amount = by_step(amount * factor, "exact")
        self.add(c["code"], self.prorate_money(amount, "basic") * half)

    def _size(self, c):
        if c.get("size") == "reserve":
            return self.part.inputs.get("reserve_milli") or Fraction(0)
        if c.get("size") == "demand":
            return self.input("demand_milli")
        size = self.part.size
        if size is None or size <= 0:
            raise Refused("no_capacity")
        offered = [Fraction(str(s)) for s in self.part.document["capacity"].get("sizes", [])]
        if offered and size not in offered:
            raise Refused("capacity_not_offered")
        return size

    def _power_factor(self, c):
        rule = c.get("power_factor")
        if rule is None:
            return Fraction(1)
        if rule == "measured":
            return Fraction(185 - self.input("power_factor_percent"), 100)
        if rule["missed"] in self.part.discounts:
            return Fraction(105, 100)
        return Fraction(95 if rule["kept"] in self.part.discounts else 100, 100)

    def input(self, name):
        if self.part.inputs.get(name) is None:
            raise Refused(f"input_missing {name}")
        return self.part.inputs[name]

    def excess_demand(self, c):
        if self.part.size is None or self.part.size <= 0:
            raise Refused("no_capacity")
        excess = max(self.input("max_demand_milli") - self.part.size, Fraction(0))
        price = Fraction(str(c["price"]["amount"])) * c["percent"] / 100
        mode = "floor" if self.line_step == "exact" else self.line_step["mode"]
        amount = excess * price * self._power_factor(c) * self.part_of_bill
        self.add(c["code"], to_unit(amount, Fraction(1, 10**10), mode))

    def devices(self, c):
        counts = {x["name"]: self.part.inputs.get(f"devices_{x['name']}") for x in c["classes"]}
        if all(count is None for count in counts.values()):
            raise Refused("input_missing devices")
        for x in c["classes"]:
            price = Fraction(str(x["price"]["amount"]))
            self.add(c["code"], self.prorate_money((counts[x["name"]] or 0) * price, "basic"))

    def published_per_device(self, c):
        for name in c["classes"]:
            count = self.part.inputs.get(f"devices_{name}") or 0
            if not count:
                continue
            amount = self.prorate_money(count * self.value(f"{c['value']}_{name}") * c.get("sign", 1), "blocks")
            if c["group"] == "levy":
                self.levies[c["code"]] = self.levies.get(c["code"], Fraction(0)) + amount
            else:
                self.add(c["code"], amount)

    def minimum_charge(self, c):
        self.add(c["code"], self.prorate_money(Fraction(str(c["price"]["amount"])), "minimum"))

    def tiers(self, c):
        start = Fraction(str(c.get("from_kwh", 0)))
        lower = self.prorate_kwh(start, "blocks")
        # Tiers that a bill has once: earlier parts have filled them from below.
        begun = Fraction(0) if follows_days(self.part, "tiers") else self.before
        ended = begun + self.kwh
        for step in c["steps"]:
            price = Fraction(str(step["price"]["amount"]))
            if step["up_to_kwh"] is None:
                upper = max(ended, lower)
            else:
                end = Fraction(str(step["up_to_kwh"]))
                upper, start = lower + self.prorate_kwh(end - start, "tiers"), end
            in_step = max(min(ended, upper) - max(begun, lower), Fraction(0))
            self.add(c["code"], in_step * price)
            lower = upper

    def flat(self, c):
        self.add(c["code"], self.kwh * Fraction(str(c["price"]["amount"])))

    def bands(self, c):
        if self.part.half_hours is None:
            raise Refused("bands_missing")
        sums = {band["name"]: Fraction(0) for band in c["bands"]}
        for number, kwh in enumerate(self.part.half_hours):
            if kwh is None:
                raise Refused("half_hours_incomplete")
            day, slot = self.part.start + timedelta(days=number // 48), number % 48
            sums[self._band(c, day, slot)] += kwh
        if "round" in c:
            sums = {name: by_step(kwh, c["round"]) for name, kwh in sums.items()}
        if "remainder" in c:
            rest = self.kwh - sum(kwh for name, kwh in sums.items() if name != c["remainder"])
            if rest < 0:
                raise Refused("bands_unlike_energy")
            sums[c["remainder"]] = rest
        elif sum(sums.values()) != self.kwh:
            raise Refused("bands_unlike_energy")
        for band in c["bands"]:
            self.add(c["code"], sums[band["name"]] * Fraction(str(band["price"]["amount"])))

    def seasons(self, c):
        of_month = {month: name for name, own in _months_of(c["seasons"]).items() for month in own}
        if c["split"] == "half_hours":
            bands = [
                {**x, "when": [{"months": [m for m in of_month if of_month[m] == x["name"]]}]} for x in c["seasons"]
            ]
            self.bands({**c, "bands": bands} | ({"remainder": bands[-1]["name"]} if "round" in c else {}))
            return
        days = [self.part.start + timedelta(days=n) for n in range((self.part.end - self.part.start).days)]
        seen, given = 0, Fraction(0)
        for x in c["seasons"]:
            seen += sum(of_month[day.month] == x["name"] for day in days)
            running = by_step(self.kwh * seen / len(days), c.get("round", {"unit": "0.0001", "mode": "floor"}))
            running = self.kwh if seen == len(days) else min(running, self.kwh)
            self.add(c["code"], (running - given) * Fraction(str(x["price"]["amount"])))
            given = running

    def season_tiers(self, c):
        """A season that begins inside the part divides it like a new price: its own days, its own steps."""
        seasons = [{**x, "price": None} for x in c["seasons"]]
        if c["split"] == "half_hours":
            months = _months_of(seasons)
            bands = [{**x, "when": [{"months": months[x["name"]]}]} for x in seasons]
            self.band_tiers(
                {**c, "bands": bands, "allocation": "each_band"}
                | ({"remainder": bands[-1]["name"]} if "round" in c else {})
            )
            return
        days = (self.part.end - self.part.start).days
        given, seen, of_season = Fraction(0), 0, {}
        for name, first, last in self._spells(_months_of(seasons)):
            seen += (last - first).days
            running = by_step(self.kwh * seen / days, c.get("round", {"unit": "0.0001", "mode": "floor"}))
            running = self.kwh if seen == days else min(running, self.kwh)
            steps = next(x["steps"] for x in seasons if x["name"] == name)
            if follows_days(self.part, "tiers"):
                cells = _between(Fraction(0), running - given, self._ends_of_days(steps, first, last))
            else:
                cells = _between(self.before + given, self.before + running, self._ends({"steps": steps}))
            of_season[name] = [
                a + b for a, b in zip(of_season.get(name, [Fraction(0)] * len(cells)), cells, strict=True)
            ]
            given = running
        for x in seasons:  # a season that comes twice in the part is one line for each of its steps
            self._price_cells(c, x, of_season.get(x["name"], [Fraction(0)] * len(x["steps"])))

    def _spells(self, months):
        """Days without a break in which one season holds: name, first day, day after the last."""
        found = []
        for n in range((self.part.end - self.part.start).days):
            day = self.part.start + timedelta(days=n)
            name = next(name for name, own in months.items() if day.month in own)
            if found and found[-1][0] == name:
                found[-1][2] = day + timedelta(days=1)
            else:
                found.append([name, day, day + timedelta(days=1)])
        return found

    def _ends_of_days(self, steps, first, last):
        """Ends of the steps for some days of the part, as if it were a part that has only them."""
        own = self.share, self.whole
        if (first, last) != (self.part.start, self.part.end):
            self.share, self.whole = share_of_month(
                self.version.get("proration", "never"), replace(self.part, start=first, end=last)
            )
        ends = self._ends({"steps": steps})
        self.share, self.whole = own
        return ends

    def band_tiers(self, c):
        if self.part.half_hours is None:
            raise Refused("bands_missing")
        if None in self.part.half_hours:
            raise Refused("half_hours_incomplete")
        getattr(self, f"_{c['allocation']}")(c)

    def _ends(self, band):
        ends, lower, end = [], Fraction(0), Fraction(0)
        for step in band["steps"][:-1]:
            upper = Fraction(str(step["up_to_kwh"]))
            end += self.prorate_kwh(upper - lower, "tiers")
            ends.append(end)
            lower = upper
        return ends

    def _price_cells(self, c, band, cells):
        for step, kwh in zip(band["steps"], cells, strict=True):
            self.add(c["code"], kwh * Fraction(str(step["price"]["amount"])))

    def _time_order(self, c):
        if sum(self.part.half_hours) != self.kwh:
            raise Refused("bands_unlike_energy")
        ends = self._ends(c["bands"][0])
        cells = {band["name"]: [Fraction(0)] * len(band["steps"]) for band in c["bands"]}
        used = Fraction(0)
        for number, kwh in enumerate(self.part.half_hours):
            name = self._band(c, self.part.start + timedelta(days=number // 48), number % 48)
            before, used = used, used + kwh
            for tier, (low, high) in enumerate(zip([0, *ends], [*ends, None], strict=True)):
                top = used if high is None else min(used, high)
                cells[name][tier] += max(top - max(before, Fraction(low)), Fraction(0))
        for band in c["bands"]:
            self._price_cells(c, band, cells[band["name"]])

    def _rounded_bands(self, c):
        sums = {band["name"]: Fraction(0) for band in c["bands"]}
        for number, kwh in enumerate(self.part.half_hours):
            sums[self._band(c, self.part.start + timedelta(days=number // 48), number % 48)] += kwh
        if "round" in c:
            sums = {name: by_step(kwh, c["round"]) for name, kwh in sums.items()}
        if "remainder" in c:
            sums[c["remainder"]] = self.kwh - sum(kwh for name, kwh in sums.items() if name != c["remainder"])
        if sums.get(c.get("remainder"), 0) < 0 or sum(sums.values()) != self.kwh:
            raise Refused("bands_unlike_energy")
        return sums

    def _each_band(self, c):
        sums = self._rounded_bands(c)
        for band in c["bands"]:
            self._price_cells(c, band, _between(Fraction(0), sums[band["name"]], self._ends_of_season(c, band)))

    def _ends_of_season(self, c, band):
        """A band that holds in some months only has tiers for the days of the part in those months."""
        if not follows_days(self.part, "tiers"):
            return self._ends(band)
        months = {
            month
            for month in range(1, 13)
            if any(self._band_at(c, month, kind, slot) == band["name"] for kind in KINDS for slot in range(48))
        }
        if months == set(range(1, 13)):
            return self._ends(band)
        ends = [Fraction(0)] * (len(band["steps"]) - 1)
        for inside, first, last in self._spells({True: months, False: set(range(1, 13)) - months}):
            if inside:
                own = self._ends_of_days(band["steps"], first, last)
                ends = [a + b for a, b in zip(ends, own, strict=True)]
        return ends

    def _pro_rata(self, c):
        sums = self._rounded_bands(c)
        for band in c["bands"]:
            own = sums[band["name"]]
            running = [Fraction(0)]
            for end in self._ends(band):
                share = min(self.kwh, end) / self.kwh if self.kwh else 0
                running.append(to_unit(own * share, Fraction(1, 10_000), "floor"))
            running.append(own)
            self._price_cells(c, band, [b - a for a, b in pairwise(running)])

    def _band(self, c, day, slot):
        kind = "weekday"
        if day in self.part.holidays or day.weekday() == 6:
            kind = "holiday"
        elif day.weekday() == 5:
            kind = "saturday"
        return self._band_at(c, day.month, kind, slot)

    def _band_at(self, c, month, kind, slot):
        minute = slot * 30
        for band in c["bands"]:
            for when in band.get("when", []):
                if month not in when.get("months", range(1, 13)) or kind not in when.get("days", [kind]):
                    continue
                hours = when.get("hours", ["00:00-24:00"])
                if any(_minutes(h[:5]) <= minute < _minutes(h[6:]) for h in hours):
                    return band["name"]
        return next(band["name"] for band in c["bands"] if "when" not in band)

    def fuel(self, c):
        self._per_kwh(c, "fuel", 1, block_from_unit=False)

    def government_discount(self, c):
        self._per_kwh(c, "government_discount", -1, block_from_unit=True)

    def published_per_kwh(self, c):
        levy = c["group"] == "levy"
        self._per_kwh(c, c["value"], c.get("sign", 1), block_from_unit=c.get("block_from_unit", False), levy=levy)

    def levy(self, c):
        self._per_kwh(c, "levy", 1, block_from_unit=True, levy=True)

    def _per_kwh(self, c, name, sign, *, block_from_unit, levy=False):
        unit, block_kwh = self.value(name) * sign, Fraction(str(c.get("block_kwh", 0)))
        free = self.prorate_kwh(block_kwh, "blocks")
        if not follows_days(self.part, "blocks"):
            free = max(free - self.before, Fraction(0))
        parts = [max(self.kwh - free, Fraction(0)) * unit]
        if block_kwh:
            if block_from_unit:
                own = self.values.get(f"{name}_block")
                block = unit * block_kwh if own is None else own * sign
            else:
                block = self.value(f"{name}_block") * sign
            if levy:
                block *= self._levy_owed()
            parts.append(self.prorate_money(block, "blocks"))
        if levy:
            parts[0] *= self._levy_owed()
        for amount in parts:
            if levy:
                self.levies[c["code"]] = self.levies.get(c["code"], Fraction(0)) + amount
            else:
                self.add(c["code"], amount)

    def _levy_owed(self):
        return 1 - Fraction(self.part.inputs.get("levy_exemption_percent") or 0) / 100

    def published_monthly(self, c):
        price = self.value(c["value"]) * c.get("sign", 1)
        if c["unit"] != "contract":
            if c.get("size") == "demand":
                size = self.input("demand_milli")
            elif self.part.size is None:
                raise Refused("no_capacity")
            else:
                size = self.part.size
            price = price * size / c.get("per", 1)
        self.add(c["code"], self.prorate_money(by_step(price, "exact"), "monthly"))

    def monthly_minimum(self, c):
        wanted = self.prorate_money(Fraction(str(c["price"]["amount"])), "monthly_minimum")
        self.add(c["code"], max(wanted - self._sum(c["of"]), Fraction(0)))

    def fixed(self, c):
        if not self._holds(c) or (not c.get("prorated") and not self.last):
            return
        amount = Fraction(str(c["price"]["amount"])) * self._times(c)
        self.add(c["code"], self.prorate_money(amount, "fixed") if c.get("prorated") else amount)

    def per_kwh(self, c):
        if not self._holds(c):
            return
        left = max(Fraction(str(c["up_to_kwh"])) - self.before, Fraction(0)) if "up_to_kwh" in c else self.kwh
        kwh = min(self.kwh, left)
        self.add(c["code"], kwh * Fraction(str(c["price"]["amount"])))

    def percent(self, c):
        if not self._holds(c):
            return
        ratio = Fraction(str(c["percent"]["amount"])) / 100 * self._times(c)
        size = by_step(self._sum(c["of"]) * abs(ratio), "exact")
        self.add(c["code"], -size if ratio < 0 else size)

    def _times(self, c):
        return min(self.part.inputs.get(c["times"]) or 0, c.get("most_times", 366)) if "times" in c else 1

    def _holds(self, c):
        rule, start = c.get("if", {}), self.begun.isoformat()
        asked = [("first_months", "contract_month"), ("contracts", "customer_contracts")]
        given = {key: self.input(name) for key, name in asked if key in rule}
        return (
            ("when" not in c or c["when"] in self.part.discounts)
            and ("first_months" not in rule or 1 <= given["first_months"] <= rule["first_months"])
            and ("contracts" not in rule or given["contracts"] >= rule["contracts"])
            and self.bill_kwh >= Fraction(str(rule.get("from_kwh", 0)))
            and ("below_kwh" not in rule or self.bill_kwh < Fraction(str(rule["below_kwh"])))
            and rule.get("since", "") <= start
            and ("until" not in rule or start < rule["until"])
        )

    def market_linked(self, c):
        """Each half-hour on its own: bounded price, fee, tax, losses, rounding, margin."""
        if self.part.half_hours is None:
            raise Refused("bands_missing")
        if any(kwh is None for kwh in self.part.half_hours):
            raise Refused("half_hours_incomplete")
        prices = self.part.spot.get(c["market"])
        if prices is None or None in prices:
            raise Refused("spot_price_missing")
        loss = _rate(_of_area(c["loss_percent"], self.part.area))
        tax = _rate(c["tax_percent"]) if "tax_percent" in c else 0
        bounds = c.get("bounds", {"per": "slot"})
        low, high = (Fraction(str(bounds[k]["amount"])) if k in bounds else None for k in ("floor", "cap"))
        amount = kwh = Fraction(0)
        for market, used in zip(prices, self.part.half_hours, strict=True):
            price = _clamp(market, low, high) if bounds["per"] == "slot" else market
            unit = by_step((price + _amount(c, "fee")) * (1 + tax) / (1 - loss), c["round"]) + _amount(c, "margin")
            amount, kwh = amount + unit * used, kwh + used
        if bounds["per"] == "average" and kwh:
            amount = _clamp(amount / kwh, low, high) * kwh
        self.add(c["code"], amount)
        difference = self.kwh - kwh
        if not difference:
            return
        if "difference" not in c or kwh == 0 or abs(difference) > Fraction(str(c["difference"]["within_kwh"])):
            raise Refused("bands_unlike_energy")
        self.add(c["code"], difference * to_unit(amount / kwh, Fraction(1, 10**6), "half_up"))

    def purchase(self, c):
        epoch = date(1970, 1, 1)
        certified = (epoch + timedelta(days=self.input("certified_day"))).isoformat()
        since = epoch + timedelta(days=self.input("delivering_since_day"))
        start = self.part.start
        if start < since:
            raise Refused("no_purchase_price")
        year = 1 + start.year - since.year - ((start.month, start.day) < (since.month, since.day))
        cohorts = [cohort for cohort in c["cohorts"] if cohort["certified_from"] <= certified]
        for step in cohorts[-1]["steps"] if cohorts else []:
            if step["until_year"] is None or year <= step["until_year"]:
                self.add(c["code"], self.kwh * Fraction(str(step["price"]["amount"])))
                return
        raise Refused("no_purchase_price")

    def market_average(self, c):
        self._per_kwh(c, c["code"], 1, block_from_unit=False)

    def energy_cost(self):
        """What the energy of the part costs: its own lines, and published units that the plan counts among them."""
        parts = self.version["components"]
        return self._sum(c["code"] for c in parts if c["kind"] in SELLS_ENERGY or c.get("group") == "energy")

    def _sum(self, codes):
        return sum((self.amounts.get(code, Fraction(0)) for code in codes), Fraction(0))


def _months_of(seasons):
    stated = {month for x in seasons for month in x.get("months", [])}
    return {x["name"]: x.get("months", [m for m in range(1, 13) if m not in stated]) for x in seasons}


def _between(begun, ended, ends):
    """How much of what lies between two amounts is in each tier."""
    lower, cells = Fraction(0), []
    for end in [*ends, None]:
        upper = max(ended, lower) if end is None else end
        cells.append(max(min(ended, upper) - max(begun, lower), Fraction(0)))
        lower = upper
    return cells


def market_average_unit(c, *, average, area):
    """The unit of a ``market_average`` component from the average price of its window."""
    low, high = Fraction(str(c["refund_below"]["amount"])), Fraction(str(c["charge_above"]["amount"]))
    beyond = average - high if average > high else average - low if average < low else Fraction(0)
    tax = _rate(c["tax_percent"]) if "tax_percent" in c else 0
    return by_step(beyond * (1 + tax) / (1 - _rate(_of_area(c["loss_percent"], area))), c["round"])


def _of_area(rates, area):
    if area not in rates and "*" not in rates:
        raise Refused("value_missing loss")
    return rates.get(area) or rates["*"]


def _rate(percent):
    return Fraction(str(percent["amount"])) / 100


def _amount(c, key):
    return Fraction(str(c[key]["amount"])) if key in c else Fraction(0)


def _clamp(value, low, high):
    value = value if low is None else max(value, low)
    return value if high is None else min(value, high)


@cache
def _minutes(clock):
    return int(clock[:2]) * 60 + int(clock[3:])


def price(parts, values, tax_rate):
    """
    Price one bill.

    :param parts: its parts in order
    :param values: published values by name, in currency units
    :param tax_rate: one tenth for 10 %
    :raises Refused: with the reason
    """
    if tax_rate is None:
        raise Refused("value_missing tax_rate")
    kwh = _rounded_energy(parts)
    bills = [_Bill(parts, number, values, kwh).run() for number in range(len(parts))]
    rounding = parts[-1].document["versions"][0].get("rounding", {})
    levy_step = rounding.get("levy", {"unit": 1, "mode": "floor"})
    levies = {}
    for bill in bills:
        for code, amount in bill.levies.items():
            levies[code] = levies.get(code, Fraction(0)) + amount
    levies = {code: by_step(amount, levy_step) for code, amount in levies.items()}
    by_component = dict(levies)
    for bill in bills:
        for code, amount in bill.amounts.items():
            by_component[code] = by_component.get(code, Fraction(0)) + amount
    unrounded = sum(by_component.values(), Fraction(0))
    last = parts[-1].document
    minor = MINOR_UNIT[last.get("currency", "JPY")]
    total = to_unit(unrounded, minor, rounding.get("total", "floor"))
    mode = rounding.get("tax", "floor")
    if last["versions"][0].get("tax", "included") == "included":
        tax = to_unit(total * tax_rate / (1 + tax_rate), minor, mode)
    else:
        tax = to_unit(total * tax_rate, minor, mode)
        total += tax
    energy = sum((bill.energy_cost() for bill in bills), Fraction(0))
    later = deferral(last, energy=energy / minor, kwh=sum(kwh) / minor)[0]
    return Answer(int(total / minor), int(tax / minor), unrounded, by_component, sum(kwh), later)


MINOR_UNIT = {"JPY": Fraction(1), "CNY": Fraction(1, 100)}
KINDS = ["weekday", "saturday", "holiday"]
SELLS_ENERGY = {"flat", "tiers", "seasons", "season_tiers", "bands", "band_tiers", "market_linked", "purchase"}


def _rounded_energy(parts):
    """Energy of the parts after the plan's rounding, once for the bill."""
    result, running, before = [], Fraction(0), Fraction(0)
    for part in parts:
        if part.kwh is None:
            raise Refused("no_energy")
        if part.kwh < 0:
            raise Refused("negative_energy")
        running += part.kwh
        step = part.document["versions"][0].get("quantity")
        after = by_step(running, step) if step else running
        after = max(after, before)  # plans that round otherwise may meet: nothing given is taken back
        result.append(after - before)
        before = after
    return result


def cancellation(document, *, months_run, billed, year, notice):
    """What leaving costs by the clauses of a one-version document: each that applies, cut to whole units."""
    owed = 0
    for clause in document["versions"][0].get("cancellation", []):
        left = 0
        if "within_months" in clause:
            term = clause["within_months"]
            left = term - (months_run % term if clause.get("renews") else months_run)
            if left <= 0:
                continue
        flat, monthly, percent = (
            Fraction(str(clause[name]["amount"])) if name in clause else 0
            for name in ("flat", "per_month_left", "billed_percent")
        )
        owed += flat + monthly * left + floor(billed * percent / 100)
        owed += floor(Fraction(year * max(clause.get("notice_days", 0) - notice, 0), 365))
    return int(owed)


def late_interest(document, *, owed, days):
    """What money that came some days late costs."""
    terms = document["versions"][0].get("late_interest")
    if terms is None or days <= terms.get("grace_days", 0):
        return 0
    interest = floor(owed * Fraction(str(terms["percent"]["amount"])) / 100 * days / 365)
    return interest if interest >= Fraction(str(terms.get("minimum", 1))) else 0


def deferral(document, *, energy, kwh):
    """What of a bill is paid later, and its parts: those that are larger by one unit come first."""
    terms = document["versions"][0].get("deferral")
    if terms is None:
        return 0, []
    above = floor(max(Fraction(energy) - kwh * Fraction(str(terms["above"]["amount"])), 0))
    later = floor(above * Fraction(str(terms["percent"]["amount"])) / 100)
    months = terms["months"]
    return later, [ceil(Fraction(later - n, months)) for n in range(months)]
