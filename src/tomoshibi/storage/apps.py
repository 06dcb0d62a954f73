from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StorageConfig(AppConfig):
    name = "tomoshibi.storage"

    def ready(self) -> None:
        post_migrate.connect(_forget, dispatch_uid="storage.kept")


def _forget(**_told: Any) -> None:
    """Steps of migrations change rows that no trigger sees."""
    from tomoshibi.storage import kept

    kept.forget()
