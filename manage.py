#!/usr/bin/env python
"""Django's own commands, on the embedded database: ``python manage.py makemigrations ROOM``."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    from tomoshibi.storage import server

    if server.is_embedded():
        server.start()
    execute_from_command_line(sys.argv)
