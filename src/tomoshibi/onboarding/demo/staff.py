"""The people who work at the invented retailer."""

from dataclasses import dataclass

from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as identity_queries

PASSWORD = "akari-no-demo-2026"  # noqa: S105 - printed at start, for a demonstration only
PORTAL_USER = "okyakusama"
"""The customer who can be signed in as, at the customers' portal."""
DEPARTMENTS = {"billing": "料金部", "collection": "債権管理部", "front": "お客様窓口", "system": "システム部"}


@dataclass(frozen=True)
class Member:
    """Somebody to sign in as."""

    username: str
    name: str
    department: str
    role: str
    administrator: bool = False


MEMBERS = (
    Member("yamada", "山田 明", "billing", "billing"),
    Member("sato", "佐藤 恵", "billing", "billing_confirm"),
    Member("ito", "伊藤 隆", "collection", "collection"),
    Member("kato", "加藤 静香", "collection", "collection_lead"),
    Member("suzuki", "鈴木 葵", "front", "front"),
    Member("tanaka", "田中 誠", "front", "front_lead"),
    Member("admin", "管理 太郎", "system", "engineer", administrator=True),
)
ROLE_NAMES = {
    "billing": "料金担当",
    "billing_confirm": "料金承認者",
    "collection": "収納担当",
    "collection_lead": "収納責任者",
    "front": "受付・顧客担当",
    "front_lead": "受付責任者",
    "engineer": "システム担当",
}
# Chapters of procedures that a role works in (do), decides in (confirm) and looks into (view).
ROLE_CHAPTERS: dict[str, dict[str, tuple[str, ...]]] = {
    "billing": {"do": ("RB", "MS"), "view": ("CM", "RC")},
    "billing_confirm": {"do": ("RB", "MS"), "confirm": ("RB", "MS"), "view": ("CM", "RC")},
    "collection": {"do": ("RC",), "view": ("AP", "CM", "RB", "MS")},
    "collection_lead": {"do": ("RC",), "confirm": ("RC",), "view": ("AP", "CM", "RB", "MS")},
    "front": {"do": ("CM", "IN", "AP"), "view": ("RB", "RC", "MS")},
    "front_lead": {"do": ("CM", "IN", "AP"), "confirm": ("CM", "IN", "AP"), "view": ("RB", "RC", "MS")},
    "engineer": {"do": ("SU", "CA", "MS"), "confirm": ("SU", "CA", "MS"), "view": ("CM", "RB", "RC")},
}


def employ() -> int:
    """
    Departments, roles with their rights, and the people.

    :returns: how many people
    """
    for code, name in DEPARTMENTS.items():
        identity.save_department(code=code, name=name)
    for code, name in ROLE_NAMES.items():
        identity.save_role(code=code, name=name, rights=rights_of(code))
    for member in MEMBERS:
        identity.add_person(
            username=member.username,
            name=member.name,
            mail=f"{member.username}@tomoshibi.example.jp",
            password=PASSWORD,
            department=member.department,
            roles=[member.role],
            administrator=member.administrator,
        )
    return len(MEMBERS)


def rights_of(role: str) -> set[str]:
    """Rights of a role as ``RB6.do``, from the chapters it works in."""
    known = [procedure.id for procedure in identity_queries.procedures()]
    return {
        f"{procedure}.{right}"
        for right, chapters in ROLE_CHAPTERS[role].items()
        for procedure in known
        if procedure[:2] in chapters
    }
