from datetime import UTC, datetime

import pytest

from tomoshibi.gateways import certificates


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    """An authority, a server and a client; real TLS needs the real day."""
    folder = tmp_path_factory.mktemp("keys")
    certificates.make_certificates(folder, now=datetime.now(UTC))
    return folder
