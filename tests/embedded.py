"""Loaded before Django's settings: tests have a data folder and a database server of their own."""

import os
from pathlib import Path

os.environ.setdefault("TOMOSHIBI_DATA", str(Path(__file__).resolve().parents[1] / "var" / "test"))
os.environ.setdefault("TOMOSHIBI_DEMO", "0")
os.environ["DJANGO_SETTINGS_MODULE"] = "tomoshibi.config.settings"

from tomoshibi.storage import server
from tools import translations

translations.compile_stale()

if server.is_embedded():
    server.start(fast_and_loose=True)
