"""
The rating engine: usage columns x program -> charge lines, refusals, totals.

It knows numbers and days; no plan document, no database, no clock. ``tariffs`` compiles documents to programs.
"""
