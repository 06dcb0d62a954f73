// Small pieces of the page.

export const told = JSON.parse(document.getElementById("told").textContent);

export const word = (name, n) => (told.words[name] ?? name).replace("{n}", n ?? "");

// h("button.big", { type: "button", onclick: f }, "text", child): an element; what is not a node is text, never markup.
export function h(what, properties = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && name !== "list") made[name] = value;
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const button = (text, onclick, kind = "", more = {}) =>
  h(`button${kind && `.${kind}`}`, { type: "button", onclick, ...more }, text);

export function field(label, input, hint = "") {
  return h("label.field", {}, h("span", {}, label), input, hint && h("small", {}, hint));
}

const ICONS = { "": "○", done: "✓", blocked: "!", removed: "–" };

export const outcome = (task) =>
  h(`span.outcome.is-${task.outcome || "open"}`, {}, h("b", { ariaHidden: "true" }, ICONS[task.outcome]),
    ` ${word(`outcome.${task.outcome}`)}`, task.waits && h("small", {}, ` · ${word("state.")}`));

let hiding;

export function say(text, kind = "") {
  const said = document.getElementById("said");
  said.textContent = text;
  said.className = text ? `shown ${kind}` : "";
  clearTimeout(hiding);
  hiding = setTimeout(() => { said.className = ""; said.textContent = ""; }, 6000);
}
