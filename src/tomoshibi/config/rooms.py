"""The rooms of the house, from the roof down (the floor plan itself is the contract in ``pyproject.toml``)."""

ROOMS = (
    "onboarding", "console", "portals", "commissions", "care", "collection", "outages", "lineloss", "billing",
    "applications", "groups", "metering", "contracts", "fieldwork", "supply", "tariffs", "parties", "masters",
    "ledger", "messaging", "worklist", "documents", "gateways", "identity", "worker", "ui", "storage",
)  # fmt: skip
"""All rooms that are Django applications; ``kernel`` and ``rating`` know no Django, ``config`` is the roof."""
