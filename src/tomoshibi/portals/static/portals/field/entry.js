// What an entry needs before it is made, and how it is written. Pure: no page, no phone, no clock of its own.

export const CONNECTS = new Set(["connect", "move"]);

// Names of what is still missing (words of the page); an empty list means that it can be kept.
export function missing(task, form, what, checks) {
  const open = [];
  if (what === "blocked" || what === "removed") return form.note.trim() ? [] : ["missingReason"];
  if (what === "found" && !form.caption.trim()) open.push("foundWhat");
  const asked = task.act === "connect" || task.act === "check";
  if (asked && checks.some((name) => form.checks[name] === undefined)) open.push("missingChecks");
  const refused = checks.some((name) => form.checks[name] === false);
  if (refused) return form.note.trim() ? open : [...open, "missingReason"];
  if (CONNECTS.has(task.act) && !(what === "found" && !form.seal.trim())) {
    if (!form.seal.trim()) open.push("seal");
    if (!(form.place.trim() || task.place)) open.push("place");
    if (!task.label && !form.newLabel) open.push("missingLabel");
  }
  if (task.act === "replace_label" && !form.newLabel) open.push("missingLabel");
  if (form.newLabel && task.label && !form.note.trim()) open.push("missingReason");
  return open;
}

export function compose({ task, ticketId, form, what, person, key, now }) {
  const payload = {
    what,
    task_id: what === "found" ? null : task.id,
    made_at: now.toISOString(),
    checks: { ...form.checks },
    seal_number: form.seal.trim(),
    place: form.place.trim(),
    note: form.note.trim(),
  };
  if (form.label) payload.label_serial = form.label;
  if (form.newLabel) payload.new_label_serial = form.newLabel;
  if (form.position) payload.position = form.position;
  if (what === "found") Object.assign(payload, { caption: form.caption.trim(), address: form.address.trim() });
  return { key, ticket_id: ticketId, person, payload, photos: form.photos, state: "", sentence: "" };
}

// What the row looks like on this phone after the entry, before the server has answered.
export function outcomeOf(entry, checks) {
  const { what, checks: answers, seal_number: seal } = entry.payload;
  if (what === "removed") return "removed";
  if (what === "blocked" || checks.some((name) => answers[name] === false)) return "blocked";
  return what === "found" && !seal ? "blocked" : "done";
}

// The ticket's rows with what this phone knows beyond the server's answer.
export function rowsOf(ticket, entries, checks) {
  const mine = entries.filter((entry) => entry.ticket_id === ticket.id && !["dropped", "lost"].includes(entry.state));
  const rows = ticket.tasks.map((task) => {
    const last = mine.filter((entry) => entry.payload.task_id === task.id && !entry.state).at(-1);
    return last ? { ...task, outcome: outcomeOf(last, checks), seal: last.payload.seal_number || task.seal, waits: true } : task;
  });
  const found = mine.filter((entry) => entry.payload.what === "found" && !entry.state);
  return [
    ...rows,
    ...found.map((entry) => ({
      id: null, no: "+", act: "connect", caption: entry.payload.caption, address: entry.payload.address,
      outcome: outcomeOf(entry, checks), seal: entry.payload.seal_number, waits: true, found: true,
    })),
  ];
}
