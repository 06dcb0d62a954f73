"""
The two contracts of the floor plan that import-linter does not ship: doors between rooms, and layers inside one.

Each broken contract says what to do instead.
"""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

ROOT = "tomoshibi"
DOORS = {"operations", "queries", "values"}
# Lower number = lower layer. A file that is not named here is a topic file: pure helpers beside the operations.
LAYER_OF = {
    "urls": 8, "navigation": 8,
    "views": 7, "api": 7, "jobs": 7, "commands": 7, "apps": 7,
    "forms": 6, "tables": 6,
    "operations": 5, "queries": 4, "models": 3, "values": 2,
}  # fmt: skip
NO_MODELS = {"views", "api", "jobs", "forms", "commands"}
UNWANTED = {"utils", "helpers", "services", "managers", "signals", "common"}


def _room_and_file(module: str) -> tuple[str, str]:
    parts = module.split(".")
    return (parts[1] if len(parts) > 1 else "", parts[2] if len(parts) > 2 else "")


def _internal_imports(graph: ImportGraph) -> list[tuple[str, str]]:
    prefix = ROOT + "."
    return sorted(
        (importer, imported)
        for importer in graph.modules
        if importer.startswith(prefix) and ".migrations" not in importer
        for imported in graph.find_modules_directly_imported_by(importer)
        if imported.startswith(prefix)
    )


class _Listed(Contract):
    advice = ""

    def find(self, graph: ImportGraph) -> list[str]:
        raise AssertionError("a contract says how it finds what breaks it")

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001
        found = self.find(graph)
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["found"]:
            output.print_error(line)
        output.print_error(self.advice)


class DoorsContract(_Listed):
    """Rows stay in the room, values cross the door."""

    open_rooms: Any = fields.SetField(subfield=fields.StringField())
    open_modules: Any = fields.SetField(subfield=fields.StringField())
    package_only: Any = fields.SetField(subfield=fields.StringField())
    advice = (
        "Instead: ask the other room's queries, tell its operations, or carry its values. "
        "If it has no such door, add one there."
    )

    def find(self, graph: ImportGraph) -> list[str]:
        found = []
        for importer, imported in _internal_imports(graph):
            (room, _), (other, file) = _room_and_file(importer), _room_and_file(imported)
            if room == other or other in self.open_rooms or room == "config":
                continue
            if imported in self.open_modules or (other in self.package_only and imported.count(".") <= 2):
                continue
            if file not in DOORS:
                found.append(f"{importer} imports {imported}: not a door")
        return found


class RoomContract(_Listed):
    """Inside a room imports go urls > views > forms > operations > queries > models > values."""

    advice = "Instead: move what both need into the lower file, or let the edge (view, job) make both calls."

    def find(self, graph: ImportGraph) -> list[str]:
        found = [
            f"{module}: a file named {module.rsplit('.', 1)[1]!r} says nothing; name it for what it holds"
            for module in sorted(graph.modules)
            if module.startswith(ROOT + ".") and module.rsplit(".", 1)[1] in UNWANTED
        ]
        for importer, imported in _internal_imports(graph):
            (room, file), (other, target) = _room_and_file(importer), _room_and_file(imported)
            if room != other or room == "gateways" or file == target or room == "config":
                continue
            if file in NO_MODELS and target == "models":
                found.append(f"{importer} imports {imported}: edges know values, not rows")
            elif file in LAYER_OF and target in LAYER_OF and LAYER_OF[file] < LAYER_OF[target]:
                found.append(f"{importer} imports {imported}: upwards inside the room")
        return found
