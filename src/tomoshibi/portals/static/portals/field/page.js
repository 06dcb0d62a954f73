// The crews' page: what is shown for an address, and what happens on a touch.

import * as devices from "./devices.js";
import * as entries from "./entry.js";
import * as labels from "./labels.js";
import { h, say, told, word } from "./parts.js";
import * as screens from "./screens.js";
import * as store from "./store.js";
import { post, sendAll, SignedOut } from "./sync.js";

const RETRY_MS = 30_000;
const state = { tickets: [], entries: [], keys: {}, person: null, reachable: navigator.onLine, note: "" };
let draft = null; // the form of the row that is open, kept over a scan
let wanted = null; // "label" or "newLabel": for which the scanner was opened
let stopCamera = null;

const main = document.getElementById("main");
const top = document.getElementById("top");

function blank() {
  return { checks: {}, label: null, newLabel: null, seal: "", place: "", note: "", caption: "", address: "", photos: [], position: undefined };
}

// ---- what is known -------------------------------------------------------------------------------------------------

async function loadKept() {
  const kept = await store.kept("today");
  if (kept) Object.assign(state, { tickets: kept.tickets, keys: kept.keys, person: kept.person });
  state.entries = await store.entries();
}

async function fetchToday() {
  try {
    const answer = await fetch(told.urls.today, { redirect: "manual", credentials: "same-origin" });
    if (answer.type === "opaqueredirect" || answer.status === 403) throw new SignedOut();
    if (!answer.ok) throw new Error(String(answer.status));
    const today = await answer.json();
    await store.keep("today", today);
    Object.assign(state, { tickets: today.tickets, keys: today.keys, person: today.person, reachable: true, note: "" });
  } catch (problem) {
    if (problem instanceof SignedOut) state.note = "signIn";
    else state.reachable = false;
  }
}

async function synchronize() {
  if (state.person) {
    const said = await sendAll(told.urls.entries, state.person.id, async () => {
      state.entries = await store.entries();
      showTop();
    });
    if (said === "offline") state.reachable = false;
    if (said === "signedOut") state.note = "signIn";
    if (said === "sent") state.reachable = true;
  }
  if (state.note !== "signIn") await fetchToday();
  state.entries = await store.entries();
  showTop();
}

// ---- what is shown -------------------------------------------------------------------------------------------------

function showTop() {
  const mine = state.entries.filter((entry) => !entry.state && entry.person === state.person?.id);
  const others = state.entries.filter((entry) => !entry.state && entry.person !== state.person?.id);
  const net = state.reachable ? "online" : "offline";
  const said = mine.length ? word("waiting", mine.length) : word("sent");
  top.replaceChildren(
    h("a.home", { href: "#" }, h("img", { src: document.querySelector('link[rel="icon"]').href, alt: "", width: 24, height: 24 }), state.person?.name ?? "灯火"),
    h(`a.net.is-${net}`, { href: "#queue", id: "net" }, h("b", {}, word(net)), h("span.fig", { id: "waiting", "data-n": mine.length }, said)),
    state.note === "signIn" && h("a.notice", { href: told.urls.signIn }, word("signIn")) || "",
    others.length ? h("p.notice", {}, word("otherPerson", others.length)) : "",
  );
}

const act = {
  scan: () => { wanted = null; location.hash = "scan"; },
  readPhoto,
  scanFor: (name) => { wanted = name; location.hash = "scan"; },
  reload: async () => { state.note = ""; await synchronize(); refresh(); },
  photo: takePhoto,
  keep: keepEntry,
  positionWord: () => {
    if (draft?.form.position === undefined) return word("positionWaits");
    return draft.form.position ? `${word("position")} ±${draft.form.position.accuracy_m} m` : word("positionNone");
  },
  typed: (text) => {
    const serial = labels.serialOf(text);
    if (serial === null) say(word("notANumber"), "is-bad");
    else arrived({ verdict: "unreached", serial });
  },
  get back() { return draft && wanted ? draft.hash : "#"; },
};

const ticketOf = (id) => state.tickets.find((one) => one.id === Number(id));

function show() {
  stopCamera?.();
  stopCamera = null;
  showTop();
  const [name, first, second] = location.hash.slice(1).split("/");
  main.replaceChildren(...(screenOf(name, first, second) ?? screens.tickets(state, act)).flat().filter(Boolean));
  if (name === "scan") startCamera();
  window.scrollTo(0, 0);
}

// A form that somebody is filling in is not drawn anew under their thumb, nor is the camera stopped in their hand.
function refresh() {
  const [name] = location.hash.slice(1).split("/");
  if (name === "scan" || (draft && ["task", "found"].includes(name))) showTop();
  else show();
}

function screenOf(name, first, second) {
  const ticket = ticketOf(first);
  if (name === "ticket" && ticket) return screens.ticket(ticket, state, act);
  if (name === "task" && ticket) {
    const task = entries.rowsOf(ticket, state.entries, told.checks).find((one) => one.id === Number(second));
    return task && screens.task(ticket, task, formFor(location.hash, ticket, task), act);
  }
  if (name === "found" && ticket) {
    const task = { id: null, act: "connect", place: "", label: null };
    return screens.task(ticket, task, formFor(location.hash, ticket, task), act);
  }
  if (name === "scan") return screens.scanner(act);
  if (name === "queue") return screens.queue(state);
  if (name === "facts" && state.facts) return screens.facts(state.facts, act);
  if (name === "label" && first) {
    readText(first);
    return [];
  }
  return null;
}

function formFor(hash, ticket, task) {
  if (draft?.hash !== hash) {
    draft = { hash, ticket, task, form: blank() };
    const mine = draft;
    devices.position().then((position) => {
      mine.form.position = position;
      const shown = document.getElementById("position");
      if (shown && draft === mine) shown.textContent = act.positionWord();
    });
  }
  Object.assign(draft, { ticket, task });
  return draft.form;
}

// ---- labels --------------------------------------------------------------------------------------------------------

async function startCamera() {
  const says = document.getElementById("camera-says");
  if (!devices.canScan()) {
    says.textContent = word("noCamera");
    return;
  }
  const video = document.getElementById("camera");
  video.hidden = false;
  try {
    stopCamera = await devices.scan(video, readText);
  } catch {
    video.hidden = true;
    says.textContent = word("cameraRefused");
  }
}

async function readPhoto(event) {
  const [file] = event.target.files;
  if (!file) return;
  const says = document.getElementById("camera-says");
  const text = await devices.readPhoto(file).catch(() => null);
  if (text) await readText(text);
  else says.textContent = word("noCode");
}

async function readText(text) {
  const found = await labels.read(text, state.keys);
  if (found.verdict === "forged") {
    say(word("forged"), "is-bad");
    state.facts = { verdict: "forged" };
    go("facts");
  } else {
    await arrived(found);
  }
}

const go = (hash) => { if (location.hash === `#${hash}`) show(); else location.hash = hash; };

// A label was read or typed: it goes into the form that asked for it, opens its row, or is looked up.
async function arrived(found) {
  const rows = state.tickets.flatMap((ticket) => ticket.tasks.map((task) => ({ ticket, task })));
  const match = rows.find(({ task }) => task.label === found.serial);
  if (draft && wanted) {
    if (wanted === "label" && match && match.task.id !== draft.task.id) say(word("labelOther", match.task.no), "is-bad");
    else if (wanted === "newLabel" && match) say(word("spareTaken"), "is-bad");
    else draft.form[wanted] = found.serial;
    wanted = null;
    go(draft.hash.slice(1));
    return;
  }
  if (match) {
    formFor(`#task/${match.ticket.id}/${match.task.id}`, match.ticket, match.task).label = found.serial;
    go(`task/${match.ticket.id}/${match.task.id}`);
    return;
  }
  state.facts = await lookUp(found);
  go("facts");
}

// What the register says; a label that was read shows its signature once more, a number that was typed has none to show.
async function lookUp(found) {
  try {
    const body = JSON.stringify({ serial: found.serial, token: found.token, position: await quickPosition() });
    const answer = await post(told.urls.scan, body);
    if (answer.status < 500) return await answer.json();
  } catch (problem) {
    if (problem instanceof SignedOut) state.note = "signIn";
  }
  return { verdict: found.verdict, serial: found.serial };
}

// Looking a label up does not wait for the sky.
const quickPosition = () => Promise.race([devices.position(), new Promise((resolve) => { setTimeout(resolve, 300, null); })]);

// ---- entries -------------------------------------------------------------------------------------------------------

const MOST_PHOTOS = 6;

async function takePhoto(event) {
  const [file] = event.target.files;
  if (file && draft.form.photos.length < MOST_PHOTOS) draft.form.photos.push(await devices.shrink(file));
  show();
}

async function keepEntry(what) {
  const { ticket, task, form } = draft;
  const open = entries.missing(task, form, what, told.checks);
  if (open.length) {
    say(word("missing", open.map((name) => word(name)).join(word("comma"))), "is-bad");
    return;
  }
  const made = entries.compose({ task, ticketId: ticket.id, form, what, person: state.person.id, key: crypto.randomUUID(), now: new Date() });
  try {
    await store.addEntry(made);
  } catch (problem) {
    say(problem?.name === "QuotaExceededError" ? word("full") : String(problem), "is-bad");
    return;
  }
  draft = null;
  state.entries = await store.entries();
  say(word("saved"), "is-good");
  location.hash = `ticket/${ticket.id}`;
  await synchronize();
  if (location.hash.startsWith("#ticket/")) show();
}

// ---- beginning -----------------------------------------------------------------------------------------------------

async function begin() {
  await loadKept();
  show();
  window.addEventListener("hashchange", show);
  for (const name of ["online", "offline"]) {
    window.addEventListener(name, () => { state.reachable = navigator.onLine; act.reload(); });
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) synchronize(); });
  setInterval(() => { if (state.entries.some((entry) => !entry.state)) synchronize(); }, RETRY_MS);
  navigator.storage?.persist?.();
  await navigator.serviceWorker?.register(told.urls.worker);
  await synchronize();
  await store.forgetOld(new Date());
  refresh();
  document.documentElement.dataset.ready = "yes";
}

begin();
