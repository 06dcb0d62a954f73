"""Fixtures of the whole house."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import hypothesis
import polars as pl
import pytest
from django.conf import settings
from django.db import transaction
from django.utils import translation
from pytest_django import DjangoDbBlocker

from tests import emptying, template
from tomoshibi.gateways import certificates
from tomoshibi.kernel.frames import Schema
from tomoshibi.storage import bulk

# The same examples each time, however slow the machine: what fails here fails for everybody. The long run
# (``tests.rating.long``) draws others.
hypothesis.settings.register_profile(
    "the same each time",
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("the same each time")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """The databases of tests are copies of one that was migrated once."""
    with django_db_blocker.unblock():
        settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = template.ready()


@pytest.fixture(scope="session", autouse=True)
def _emptied_quickly() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        emptying.replace_flush(patch)
        yield


@pytest.fixture(autouse=True)
def _transactions_of_tests(request: pytest.FixtureRequest, settings: object) -> None:
    """A test that the runner wraps in a transaction lets ``storage.db`` know that this one is not ours."""
    marker = request.node.get_closest_marker("django_db")
    wrapped = marker is not None and not marker.kwargs.get("transaction", False)
    settings.TOMOSHIBI_TESTS_WRAP_TRANSACTIONS = wrapped
    settings.TOMOSHIBI_DEEDS_NEED_WORDS = True
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _language_of_the_deployment() -> None:
    """What a request of the test before spoke stays active in the thread."""
    translation.deactivate()


@pytest.fixture
def in_transaction(db: None) -> Iterator[None]:
    """For calling operations directly."""
    with transaction.atomic():
        yield


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 4, 9, 0, tzinfo=ZoneInfo(settings.TIME_ZONE))


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a server and a client; real TLS needs the real day."""
    folder = tmp_path_factory.mktemp("keys")
    certificates.make_certificates(folder, now=datetime.now(UTC))
    return folder


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Data that is not part of the project, where ``TOMOSHIBI_TEST_DATA`` names it; skipped, saying so, elsewhere."""
    folder = os.environ.get("TOMOSHIBI_TEST_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("TOMOSHIBI_TEST_DATA names no folder: this test reads data that is not part of the project")
    return Path(folder)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that ``bulk.read_frame`` asks the database itself, not those whose answer was kept."""
    found: list[str] = []
    real = bulk._read

    def read(text: str, schema: Schema) -> pl.DataFrame:
        found.append(text)
        return real(text, schema)

    monkeypatch.setattr(bulk, "_read", read)
    return found
