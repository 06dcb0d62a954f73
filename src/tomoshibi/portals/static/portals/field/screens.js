// The screens: each takes what the phone knows and what can be done, and gives elements.

import { button, field, h, outcome, told, word } from "./parts.js";
import * as entries from "./entry.js";
import { numberOf } from "./labels.js";

const link = (hash, ...inside) => h("a.row", { href: `#${hash}` }, ...inside);

export function tickets(state, act) {
  const list = state.tickets.map((ticket) => {
    const rows = entries.rowsOf(ticket, state.entries, told.checks);
    const done = rows.filter((row) => row.outcome).length;
    return link(`ticket/${ticket.id}`,
      h("span.main", {}, h("b.fig", {}, ticket.number), h("span", {}, ticket.title),
        h("small", {}, [ticket.district, ticket.place].filter(Boolean).join(" · ")),
        h("small", {}, `${word("planned")} ${ticket.planned_on}`)),
      h("span.count.fig", {}, `${done}/${rows.length}`));
  });
  return [
    h("h1", {}, word("today")),
    list.length ? h("div.rows", {}, list) : h("p.empty", {}, word("none")),
    h("div.foot", {}, button(word("scan"), () => act.scan(), "primary"), button(word("reload"), act.reload)),
  ];
}

export function ticket(found, state, act) {
  const rows = entries.rowsOf(found, state.entries, told.checks);
  return [
    h("h1", {}, h("span.fig", {}, found.number), ` ${found.title}`),
    h("p.where", {}, [found.district, found.place].filter(Boolean).join(" · ")),
    h("div.rows", {}, rows.map((task) => (task.id ? link(`task/${found.id}/${task.id}`, rowOf(task)) : h("div.row", {}, rowOf(task))))),
    h("div.foot", {}, button(word("scan"), () => act.scan(), "primary"),
      h("a.button", { href: `#found/${found.id}` }, word("found"))),
  ];
}

const rowOf = (task) => h("span.main", {},
  h("b", {}, h("span.fig", {}, `${task.no} `), task.caption), h("span", {}, task.address),
  h("small", {}, word(`act.${task.act}`), task.place && ` · ${task.place}`), outcome(task));

const answerName = { true: "yes", false: "no" };

function checkRow(name, form) {
  const radio = (value) => h("label", {},
    h("input", { type: "radio", name: `check-${name}`, checked: form.checks[name] === value, onchange: () => { form.checks[name] = value; } }),
    h("span", {}, word(answerName[value])));
  return h("fieldset.check", {}, h("legend", {}, word(`check.${name}`)), h("div.two", {}, radio(true), radio(false)));
}

const input = (form, name, more = {}) =>
  h("input", { type: "text", value: form[name], autocomplete: "off", oninput: (event) => { form[name] = event.target.value; }, ...more });

// A row of a ticket, or (task.id null) a device that was found.
export function task(ticketFound, found, form, act) {
  const isFound = found.id === null;
  const connects = entries.CONNECTS.has(found.act);
  const asks = found.act === "connect" || found.act === "check";
  return [
    h("a.back", { href: `#ticket/${ticketFound.id}` }, `‹ ${ticketFound.number}`),
    isFound ? h("h1", {}, word("found")) : h("h1", {}, h("span.fig", {}, `${found.no} `), found.caption),
    !isFound && h("p.where", {}, found.address, h("br"), `${word(`act.${found.act}`)} · ${word("place")} ${found.place || "–"}`,
      h("br"), `${word("sealHangs")}: ${found.seal || word("hangsNot")}`, " ", outcome(found)),
    !isFound && found.note && h("p.told", {}, found.note),
    isFound && field(word("foundWhat"), input(form, "caption", { maxLength: 120, name: "caption" })),
    isFound && field(word("address"), input(form, "address", { maxLength: 200, name: "address" })),
    h("p.label", { id: "label-of-row" }, labelOf(found, form)),
    h("div.two", {}, button(word("scan"), () => act.scanFor("label"), "primary"), button(word("scanSpare"), () => act.scanFor("newLabel"))),
    asks && h("section", {}, h("h2", {}, word("checks")), told.checks.map((name) => checkRow(name, form))),
    connects && field(word("place"), input(form, "place", { maxLength: 60, name: "place", placeholder: found.place ?? "" })),
    found.act !== "replace_label" && field(word("seal"), input(form, "seal", { maxLength: 30, name: "seal", autocapitalize: "characters" })),
    field(word("note"), h("textarea", { rows: 2, maxLength: 500, name: "note", value: form.note, oninput: (event) => { form.note = event.target.value; } })),
    h("div.two", {},
      h("label.button", {}, `${word("photo")}`, form.photos.length ? ` · ${word("photos", form.photos.length)}` : "",
        h("input.hidden", { type: "file", accept: "image/*", capture: "environment", name: "photo", onchange: act.photo })),
      h("p.position", { id: "position" }, act.positionWord())),
    h("div.foot", {},
      isFound ? button(word("save"), () => act.keep("found"), "primary") : button(word("done"), () => act.keep("done"), "primary", { id: "do-done" }),
      !isFound && button(word("blocked"), () => act.keep("blocked"), "", { id: "do-blocked" }),
      !isFound && button(word("removed"), () => act.keep("removed"), "", { id: "do-removed" })),
  ];
}

function labelOf(found, form) {
  if (form.newLabel) return `${word("labelNew")} ${numberOf(form.newLabel)} ✓`;
  if (form.label) return `${word("labelOk")} ${numberOf(form.label)} ✓`;
  return found.label ? `${word("labelOk")} ${numberOf(found.label)}` : `${word("labelOk")}: –`;
}

export function scanner(act) {
  const typed = h("input", { type: "text", inputMode: "numeric", name: "number", autocomplete: "off", placeholder: "0000 0042 2" });
  return [
    h("a.back", { href: act.back }, `‹ ${word("back")}`),
    h("h1", {}, word("scan")),
    h("video", { id: "camera", muted: true, playsInline: true, hidden: true }),
    h("p.told", { id: "camera-says" }),
    h("label.button", {}, word("readPhoto"),
      h("input.hidden", { type: "file", accept: "image/*", capture: "environment", name: "picture", onchange: act.readPhoto })),
    h("form", { onsubmit: (event) => { event.preventDefault(); act.typed(typed.value); } },
      field(word("type"), typed, word("typeHint")), h("div.foot", {}, h("button.primary", {}, word("type")))),
  ];
}

// What hangs behind a label that is on none of today's rows.
export function facts(found, act) {
  const point = found.point;
  const line = (name, value) => [h("dt", {}, word(name)), h("dd", {}, value || "–")];
  return [
    h("a.back", { href: "#" }, `‹ ${word("back")}`),
    h(`h1.verdict.is-${found.verdict}`, {}, word(found.verdict)),
    found.serial && h("p.fig", {}, numberOf(found.serial)),
    found.serial && h("p.told", {}, word("notToday")),
    point && h("dl", {}, line("account", point.account), line("address", point.address), line("place", point.place),
      line("district", point.district), line("group", point.group), line("stateOf", word(point.active ? "active" : "gone")),
      line("sealHangs", found.seal || word("hangsNot"))),
    !point && (found.caption ?? []).map((text) => h("p", {}, text)),
    (found.suspicions ?? []).length > 0 && h("div.told.is-bad", {}, word("suspicious"), found.suspicions.map((text) => h("p", {}, text))),
    h("div.foot", {}, button(word("scan"), () => act.scan(), "primary")),
  ];
}

export function queue(state) {
  const lines = [...state.entries].reverse().map((entry) => {
    const ticketFound = state.tickets.find((one) => one.id === entry.ticket_id);
    const row = ticketFound?.tasks.find((one) => one.id === entry.payload.task_id);
    return h("div.row", {}, h("span.main", {},
      h("b", {}, `${ticketFound?.number ?? `${word("ticket")} ${entry.ticket_id}`} · ${row ? `${row.no} ${row.caption}` : entry.payload.caption ?? ""}`),
      h("small.fig", {}, new Date(entry.payload.made_at).toLocaleString(document.documentElement.lang)),
      h(`span.outcome.is-${{ "": "open", applied: "done", accepted: "done", older: "removed", dropped: "removed" }[entry.state] ?? "blocked"}`, {}, word(`state.${entry.state}`)),
      entry.sentence && h("small", {}, entry.sentence)));
  });
  return [
    h("a.back", { href: "#" }, `‹ ${word("back")}`),
    h("h1", {}, word("queue")),
    lines.length ? h("div.rows", {}, lines) : h("p.empty", {}, word("queueEmpty")),
  ];
}
