"""Names and reports of the neutral agent; pure. The files themselves are Zengin layouts (``gateways.zengin``)."""

import json
import re

from tomoshibi.gateways.debit_agent.port import BadReport, Report
from tomoshibi.gateways.problems import gettext_noop

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_OF_REQUEST = re.compile(r"(.+?)\.(result|report)(?:-[0-9]+)?\.(?:txt|json)")


def is_file_name(name: str) -> bool:
    """A plain name: no folders, no hidden files."""
    return bool(_NAME.fullmatch(name))


def request_of(name: str) -> tuple[str, str] | None:
    """
    To which request a file in the agent's folder belongs: ``(name of the request without ending, what it is)``.

    ``D2611.result.txt`` and ``D2611.result-2.txt`` are results of ``D2611.txt``; ``D2611.report.json`` is its report.
    """
    found = _OF_REQUEST.fullmatch(name)
    return (found[1], found[2]) if found else None


def decode_report(content: bytes) -> Report:
    """
    What the agent says about a file.

    :raises BadReport: if it is no report
    """
    try:
        found = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadReport(gettext_noop("the report is no JSON: %(reason)s"), reason=error) from error
    if not isinstance(found, dict):
        raise BadReport(gettext_noop("the report is no JSON object"))
    file, accepted = found.get("file"), found.get("accepted")
    records, amount = found.get("records"), found.get("amount")
    reasons = found.get("reasons", [])
    if not isinstance(file, str) or not isinstance(accepted, bool):
        raise BadReport(gettext_noop("the report does not say which file was accepted or not"))
    if not isinstance(records, int) or not isinstance(amount, int) or records < 0 or amount < 0:
        raise BadReport(gettext_noop("the report gives no number of records or no amount"))
    if not isinstance(reasons, list) or not all(isinstance(one, str) for one in reasons):
        raise BadReport(gettext_noop("the reasons of the report are no list of sentences"))
    return Report(file, accepted, records, amount, tuple(reasons))
