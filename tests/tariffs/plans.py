"""Small plan documents for tests."""

HEADER = """
plan: test-b
name: {ja: 従量電灯B, en: Metered lighting B}
area: "03"
voltage: low
kind: regulated
capacity: {unit: A, sizes: [10, 15, 20, 30, 40, 50, 60]}
sources: {page: a page of the company}
tax: included
quantity: {unit: 1, mode: half_up}
rounding: {line: exact, levy: {unit: 1, mode: floor}, total: floor}
proration: {denominator: reading_period, kwh: {unit: 1, mode: half_up}, money: {unit: 0.01, mode: half_up}}
versions:
"""
TOKYO = (
    HEADER
    + """
  - from: 2024-04-01
    components:
      - {code: basic, kind: basic, unit: A, per: 10, zero_use: half, price: {amount: 311.75, source: page}}
      - code: energy
        kind: tiers
        steps:
          - {up_to_kwh: 120, price: {amount: 29.80, source: page}}
          - {up_to_kwh: 300, price: {amount: 36.40, source: page}}
          - {up_to_kwh: null, price: {amount: 40.49, source: page}}
      - {code: fuel, kind: fuel, product: regulated_lv}
      - {code: government_discount, kind: government_discount}
      - {code: levy, kind: levy}
"""
)
