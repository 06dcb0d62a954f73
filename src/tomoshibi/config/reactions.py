"""The only upward wire: which jobs follow an announcement. At most thirty rows."""

from collections.abc import Mapping, Sequence

from tomoshibi.worker.values import Announcement

TABLE: Mapping[type[Announcement], Sequence[str]] = {}
