"""Files that settings name: in the data folder they are kept by their place there, elsewhere as they are."""

import pytest

from tomoshibi.storage import places, server


@pytest.fixture
def two_folders(monkeypatch, tmp_path):
    def switch(name):
        monkeypatch.setattr(server, "data_folder", lambda: tmp_path / name)
        return tmp_path / name

    return switch


def test_a_file_of_the_data_folder_is_found_in_whatever_folder_the_data_lies_now(two_folders):
    kept = places.kept(two_folders("here") / "outside" / "keys" / "client.p12")
    assert kept == "outside/keys/client.p12"
    there = two_folders("there")
    assert places.found(kept) == there / "outside" / "keys" / "client.p12"


def test_a_file_elsewhere_stays_where_it_is_and_none_stays_none(two_folders, tmp_path):
    two_folders("here")
    away = tmp_path / "certificates" / "client.pem"
    assert places.found(places.kept(away)) == away
    assert places.kept("") == ""
    assert places.kept("outside/keys/client.p12") == "outside/keys/client.p12"
