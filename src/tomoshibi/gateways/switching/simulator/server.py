"""
The HTTPS server: demands a client certificate, reads a message, asks the world, answers.

Its reading of the message set is its own (the standard library's XML, not the codec), so that a mistake in the codec shows.
"""

import math
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import date
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree as ET

from tomoshibi.gateways.listening import HttpsSimulator, QuietHandler, Server
from tomoshibi.gateways.switching.simulator.layout import Layout
from tomoshibi.gateways.switching.simulator.world import LAST_RESORT, OTHERS, Known, Moment, Turned, World

LIMIT_BYTES = 2**20
PAGE = 1000
APPLICATIONS = frozenset({"usage_application", "reconnect", "terminate", "start", "end", "customer_change", "ampere"})

XML = "application/xml; charset=utf-8"


class SwitchingSimulator(HttpsSimulator):
    """
    A running switching support system with everybody behind it.

    :param folder: of the ``World``
    :param today: the day out there
    :param port: 0 takes any free one; see ``address``
    :param tables: folders with message sets beside the shipped ones
    :param known: as of ``World``
    """

    path = "/switching"

    def __init__(
        self,
        folder: Path,
        *,
        certificate: Path,
        key: Path,
        authority: Path,
        today: Callable[[], date],
        host: str = "127.0.0.1",
        port: int = 0,
        tables: tuple[Path, ...] = (),
        known: Known | None = None,
    ) -> None:
        self.world = World(folder, known=known)
        self.today = today
        self.tables = tables
        self.calls: dict[str, int] = {}
        self.turned_away = 0
        self._last_call = -math.inf  # this clock may have begun a moment ago, when the machine started
        super().__init__(_Handler, certificate=certificate, key=key, authority=authority, host=host, port=port)

    def too_fast(self, allowed: float) -> bool:
        """Whether a call comes sooner after the one before than the limit allows."""
        if not allowed:
            return False
        with self.lock:
            moment = time.monotonic()
            # A clock's tick of tolerance: the caller measures before the line, we behind it.
            soon = moment - self._last_call < 1 / allowed * 0.9
            if soon:
                self.turned_away += 1
            else:
                self._last_call = moment
        return soon

    def count(self, function: str) -> None:
        with self.lock:
            self.calls[function] = self.calls.get(function, 0) + 1

    def answer(self, content: bytes) -> bytes:
        """The answer to a message; the same message id gets the same answer again."""
        layout = Layout(self.today(), self.tables)
        try:
            asked = Asked(ET.fromstring(content), layout)  # noqa: S314 - only holders of our certificate come here
        except (ET.ParseError, LookupError, ValueError) as error:
            return _fault(layout, "F001", str(error))
        self.count(asked.function)
        known = self.world.answered(asked.message_id)
        if known is not None:
            return known
        with_answer = self._answered(asked, layout)
        if asked.function in APPLICATIONS or asked.function in {"mediation_register", "mediation_answer"}:
            self.world.remember(asked.message_id, with_answer)
        return with_answer

    def _answered(self, asked: "Asked", layout: Layout) -> bytes:
        if asked.klass not in layout.functions[asked.function]["classes"]:
            return _written(asked, layout, refusal=Turned("E001", "この電圧区分では利用できない機能です"))
        work = _WORK.get(asked.function, _apply)
        try:
            with self.world.at(self.today()) as moment:
                fields, rows = work(moment, asked, layout)
        except Turned as refusal:
            return _written(asked, layout, refusal=refusal)
        return _written(asked, layout, fields=fields, rows=rows)


class Asked:
    """A message as the simulator reads it."""

    def __init__(self, root: ET.Element, layout: Layout) -> None:
        tags = layout.tags
        if root.tag != tags["request"]:
            raise ValueError(f"root {root.tag}")
        head = root.find(tags["head"])
        if head is None:
            raise ValueError("no head")
        code = head.findtext(tags["function"], "")
        self.function = layout.function_of(code)
        of_class = {code: name for name, code in layout.classes.items()}
        of_action = {code: name for name, code in layout.actions.items()}
        self.klass = of_class[head.findtext(tags["class"], "")]
        self.action = of_action[head.findtext(tags["action"], "")]
        self.retailer = head.findtext(tags["retailer"], "")
        self.message_id = head.findtext(tags["message_id"], "")
        body = root.find(tags["body"])
        texts = {} if body is None else {child.tag: (child.text or "").strip() for child in body}
        self.given: dict[str, str] = {}
        for name in layout.functions[self.function]["request"]:
            form = layout.fields[name]
            if form["tag"] in texts:
                text = texts[form["tag"]]
                self.given[name] = f"{text[:4]}-{text[4:6]}-{text[6:]}" if form["kind"] == "day" else text

    def number(self, name: str, default: int) -> int:
        return int(self.given.get(name, default))


Found = tuple[Mapping[str, Any], list[dict[str, Any]]]


def _point(moment: Moment, asked: Asked, _layout: Layout) -> Found:
    spin = asked.given.get("spin", "")
    point = moment.point(spin, asked.klass)
    return {
        **{
            name: point[name]
            for name in ("spin", "area", "voltage", "address", "building", "capacity_kind", "base_day")
        },
        "capacity_milli": point["capacity_milli"],
        "connected": point["connected"],
        "smart": point["smart"],
        "meter_number": point["meter"],
        "pending": moment.pending(spin),
    }, []


def _usage(moment: Moment, asked: Asked, _layout: Layout) -> Found:
    spin = asked.given.get("spin", "")
    return {"spin": spin}, list(moment.usage(spin, asked.given.get("password", "")))


def _apply(moment: Moment, asked: Asked, layout: Layout) -> Found:
    row = moment.apply(
        number=asked.given.get("application_number", ""),
        retailer=asked.retailer,
        function=asked.function,
        klass=asked.klass,
        action=asked.action,
        given=asked.given,
    )
    return _shown(row["number"], row, layout), []


def _state(moment: Moment, asked: Asked, layout: Layout) -> Found:
    row = moment.state(asked.given.get("application_number", ""), asked.retailer)
    return _shown(row["number"], row, layout), []


def _shown(number: str, row: Any, layout: Layout) -> dict[str, Any]:
    return {
        "application_number": number,
        "spin": row["spin"],
        "stage": layout.stage(row["stage"]),
        "step": row["step"],
        "fixed_on": row["fixed"].replace("-", ""),
        "reason_code": "R1" if row["reason"] else "",
        "reason_text": row["reason"],
        "password": row["password"],
    }


def _events(moment: Moment, asked: Asked, layout: Layout) -> Found:
    found, cursor, more = moment.events(
        retailers=[asked.retailer],
        feed="application",
        after=asked.number("cursor", 0),
        limit=min(asked.number("limit", PAGE), PAGE),
    )
    rows = [{"event": seq, **_shown(row["number"], row, layout)} for seq, row in found]
    return {"cursor": cursor, "more": int(more)}, rows


def _register(moment: Moment, asked: Asked, layout: Layout) -> Found:
    number = f"T{uuid.uuid5(uuid.NAMESPACE_URL, asked.message_id).hex[:12].upper()}"
    row = moment.ask_old(number=number, retailer=asked.retailer, klass=asked.klass, given=asked.given)
    return {
        "mediation_number": number,
        "mediation_state": layout.mediation(row["meaning"]),
        "deadline_on": row["deadline"].replace("-", ""),
    }, []


def _mediations(moment: Moment, asked: Asked, layout: Layout) -> Found:
    feed = "inbox" if asked.function == "mediation_inbox" else "results"
    found, cursor, more = moment.events(
        retailers=[asked.retailer],
        feed=feed,
        after=asked.number("cursor", 0),
        limit=min(asked.number("limit", PAGE), PAGE),
    )
    rows = [
        {
            **{name: row["given"].get(name, "") for name in _ASKED_OLD},
            "event": seq,
            "mediation_number": row["number"],
            "spin": row["spin"],
            "mediation_state": layout.mediation(row["meaning"]),
            "step": row["step"],
            "reasons": row["reasons"],
            "new_retailer": row["new_retailer"],
            "wished_on": row["wished"].replace("-", ""),
            "registered_on": row["registered"].replace("-", ""),
            "deadline_on": row["deadline"].replace("-", ""),
        }
        for seq, row in found
    ]
    return {"cursor": cursor, "more": int(more)}, rows


_ASKED_OLD = ("old_customer_number", "holder_name", "holder_kana", "address", "building", "phone")


def _decide(moment: Moment, asked: Asked, layout: Layout) -> Found:
    row = moment.decide(
        number=asked.given.get("mediation_number", ""),
        retailer=asked.retailer,
        agreed=asked.given.get("decision") == layout.codes["decisions"]["ok"],
        reasons=asked.given.get("reasons", ""),
    )
    return {
        "mediation_number": row["number"],
        "mediation_state": layout.mediation(row["meaning"]),
    }, []


def _retailers(_moment: Moment, _asked: Asked, _layout: Layout) -> Found:
    everybody = {**OTHERS, LAST_RESORT: "最終保障供給"}
    return {}, [{"retailer_code": code, "retailer_name": name} for code, name in everybody.items()]


def _search(moment: Moment, asked: Asked, _layout: Layout) -> Found:
    given = asked.given
    rows = moment.search(
        area=given.get("area", ""),
        address=given.get("address", ""),
        building=given.get("building", ""),
        meter=given.get("meter_number", ""),
    )
    return {}, [
        {
            "spin": row["spin"],
            "address": row["address"],
            "building": row["building"],
            "meter_number": row["meter"],
            "connected": row["connected"],
        }
        for row in rows
    ]


_WORK: Mapping[str, Callable[[Moment, Asked, Layout], Found]] = {
    "point_information": _point,
    "usage": _usage,
    "states": _state,
    "events": _events,
    "mediation_register": _register,
    "mediation_results": _mediations,
    "mediation_inbox": _mediations,
    "mediation_answer": _decide,
    "retailers": _retailers,
    "point_search": _search,
}


def _written(
    asked: Asked,
    layout: Layout,
    *,
    fields: Mapping[str, Any] | None = None,
    rows: list[dict[str, Any]] | None = None,
    refusal: Turned | None = None,
) -> bytes:
    tags, function = layout.tags, layout.functions[asked.function]
    root = ET.Element(tags["answer"])
    head = ET.SubElement(root, tags["head"])
    ET.SubElement(head, tags["function"]).text = function["code"]
    ET.SubElement(head, tags["message_id"]).text = asked.message_id
    ET.SubElement(head, tags["result"]).text = layout.result("refused" if refusal else "done")
    if refusal is not None:
        one = ET.SubElement(ET.SubElement(root, tags["messages"]), tags["message"])
        ET.SubElement(one, tags["code"]).text = refusal.code
        ET.SubElement(one, tags["text"]).text = refusal.text
    body = ET.SubElement(root, tags["body"])
    _write_fields(body, function["reply"], fields or {}, layout)
    if function.get("rows") and refusal is None:
        listed = ET.SubElement(body, tags["rows"])
        for row in rows or []:
            _write_fields(ET.SubElement(listed, tags["row"]), function["rows"], row, layout)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _write_fields(parent: ET.Element, names: list[str], found: Mapping[str, Any], layout: Layout) -> None:
    for name in names:
        value = found.get(name)
        if value is not None and value != "":
            ET.SubElement(parent, layout.fields[name]["tag"]).text = str(value)


def _fault(layout: Layout, code: str, text: str) -> bytes:
    root = ET.Element(layout.tags["answer"])
    fault = ET.SubElement(root, layout.tags["fault"])
    ET.SubElement(fault, layout.tags["code"]).text = code
    ET.SubElement(fault, layout.tags["text"]).text = text
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


class _Handler(QuietHandler, BaseHTTPRequestHandler):
    server_version = "SwitchingSimulator"
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        simulator: SwitchingSimulator = cast("Server", self.server).simulator
        manners = simulator.world.manners
        size = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(min(size, LIMIT_BYTES))
        if manners.refuses:
            self.give(HTTPStatus.FORBIDDEN, b"", XML)
        elif simulator.too_fast(manners.calls_per_second):
            self.give(HTTPStatus.TOO_MANY_REQUESTS, b"", XML)
        elif simulator.is_due("unavailable", manners.unavailable):
            self.give(HTTPStatus.SERVICE_UNAVAILABLE, b"", XML)
        elif manners.nonsense:
            self.give(HTTPStatus.OK, b"<html><body>maintenance</body></html>", XML)
        elif simulator.is_due("faults", manners.faults):
            layout = Layout(simulator.today(), simulator.tables)
            self.give(HTTPStatus.OK, _fault(layout, "F002", "一時的に処理できません"), XML)
        else:
            self.give(HTTPStatus.OK, simulator.answer(content), XML)
