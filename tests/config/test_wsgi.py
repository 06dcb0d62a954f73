"""Whatever ends in a 500 leaves its traceback in the log."""

import pytest
from django.core.signals import request_started
from django.test import RequestFactory

from tomoshibi.config import wsgi

pytestmark = pytest.mark.django_db


class Broken(Exception):
    """Something that no view did."""


def test_a_request_that_fails_outside_its_view_stands_in_the_log(caplog):
    def fail(**_):
        raise Broken

    request_started.connect(fail)
    try:
        with pytest.raises(Broken):
            wsgi.application(RequestFactory().get("/months/").environ, lambda *_: None)
    finally:
        request_started.disconnect(fail)
    (record,) = [one for one in caplog.records if one.name == wsgi.__name__]
    assert (record.levelname, "/months/" in record.getMessage()) == ("ERROR", True)
    assert record.msg["exc_info"], "with its traceback"
