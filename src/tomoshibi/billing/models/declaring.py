"""What the models share: choices of an enumeration, and rows that are never changed."""

import pgtrigger


def choices(names: type) -> list[tuple[str, str]]:
    return [(item.value, item.value) for item in names]  # type: ignore[attr-defined]


def never(name: str, *operations: pgtrigger.Operation) -> pgtrigger.Protect:
    operation = operations[0]
    for other in operations[1:]:
        operation = operation | other
    return pgtrigger.Protect(name=name, operation=operation)
