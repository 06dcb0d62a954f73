"""What the web server loads."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from django.core.wsgi import get_wsgi_application

from tomoshibi.worker import registry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")
log = structlog.stdlib.get_logger(__name__)
django_application = get_wsgi_application()
registry.definitions()  # now, not during somebody's request


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """
    Django, and a line in the log for what fails outside its own care: around a request, or while its page of errors is made.

    The web server would tell of it in its own words and to standard output, where nobody looks who reads the log.
    """
    try:
        return django_application(environ, start_response)
    except Exception:
        log.exception("request failed", path=environ.get("PATH_INFO"))
        raise
