// The frame of every page: keys, help, toasts, theme, the panel beside a list.
(() => {
  "use strict";
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

  // --- theme -------------------------------------------------------------------------------------------------------
  const setTheme = (theme) => {
    document.documentElement.dataset.bsTheme = theme;
    localStorage.setItem("theme", theme);
    document.dispatchEvent(new CustomEvent("themechange"));
  };

  // --- toasts ------------------------------------------------------------------------------------------------------
  const arm = (toast) => {
    if (toast.dataset.armed) return;
    toast.dataset.armed = "1";
    if (toast.getAttribute("role") !== "alert") setTimeout(() => toast.remove(), 6000);
  };
  const say = (text) => {
    const toast = document.createElement("div");
    toast.className = "toast show toast-error";
    toast.setAttribute("role", "alert");
    const body = document.createElement("div");
    body.className = "toast-body";
    body.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-close";
    close.dataset.bsDismiss = "toast";
    close.setAttribute("aria-label", "×");
    body.append(close);
    toast.append(body);
    $("#toasts").append(toast);
  };

  // --- panel beside a list -----------------------------------------------------------------------------------------
  const panel = {
    get element() { return $("#panel"); },
    get isOpen() { return Boolean(this.element && !this.element.hidden); },
    load(url, page) {
      const element = this.element;
      if (!element) { location.href = page || url; return; }
      element.hidden = false;
      document.body.classList.add("with-panel");
      const link = $("[data-panel-page]", element);
      link.hidden = !page;
      if (page) link.href = page;
      if (window.htmx) htmx.ajax("GET", url, { target: "#panel-body", swap: "innerHTML" });
    },
    close() {
      if (!this.isOpen) return;
      this.element.hidden = true;
      document.body.classList.remove("with-panel");
      $("#panel-body").replaceChildren();
      document.dispatchEvent(new CustomEvent("panelclosed"));
    },
  };

  // --- help --------------------------------------------------------------------------------------------------------
  const pageKeys = () => $$("[data-key]").filter((element) => element.checkVisibility() && !element.disabled);
  const help = () => {
    const dialog = $("#keys");
    if (!dialog || dialog.open) return;
    const section = $("[data-page-keys]", dialog);
    const rows = pageKeys().map((element) => {
      const row = document.createElement("div");
      const key = document.createElement("kbd");
      key.textContent = element.dataset.key;
      const words = document.createElement("dd");
      const copy = element.cloneNode(true);
      $$("kbd", copy).forEach((one) => one.remove());
      words.textContent = copy.textContent.trim() || element.getAttribute("aria-label") || "";
      const term = document.createElement("dt");
      term.append(key);
      row.append(term, words);
      return row;
    });
    $("dl", section).replaceChildren(...rows);
    section.hidden = rows.length === 0;
    dialog.showModal();
  };

  // --- keys --------------------------------------------------------------------------------------------------------
  const isTyping = (target) =>
    target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName) ||
    (target.tagName === "INPUT" && !["checkbox", "radio", "button", "submit"].includes(target.type));
  let before = "";
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      if (isTyping(event.target)) event.target.blur();
      else if (!$("dialog[open], .dropdown-menu.show")) panel.close();
      return;
    }
    if (isTyping(event.target) || $("dialog[open]")) return;
    const both = before + event.key;
    before = event.key === "g" ? "g" : "";
    if (both === "gh") { location.href = "/"; return; }
    if (event.key === "/") { const field = $("#search"); if (field) { event.preventDefault(); field.focus(); field.select(); } return; }
    if (event.key === "?") { event.preventDefault(); help(); return; }
    const wanted = pageKeys().find((element) => element.dataset.key === event.key);
    if (wanted) { event.preventDefault(); wanted.click(); }
  });

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-help]")) help();
    else if (at("[data-theme-switch]")) setTheme(document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark");
    else if (at("[data-dialog-close]")) at("dialog").close();
    else if (at("[data-panel-close]")) panel.close();
    else if (event.target.tagName === "DIALOG") event.target.close();
    const opener = at("[data-open-panel]");
    if (opener && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      panel.load(opener.dataset.openPanel, opener.getAttribute("href"));
    }
  });

  // --- tables wider than a phone become a card for each row, each value with the word above its column -------------
  const phone = matchMedia("(max-width: 575.98px)");
  const fold = () => {
    if (!phone.matches) return;
    for (const table of $$("table.plain-table:not(.as-cards, .stacks)")) {
      const heads = table.tHead && [...table.tHead.rows];
      if (!heads || heads.length !== 1 || !table.checkVisibility() || table.offsetWidth <= table.parentElement.clientWidth) continue;
      const words = [...heads[0].cells].flatMap((cell) => Array(cell.colSpan).fill(cell.textContent.trim()));
      for (const row of [...table.tBodies].concat(table.tFoot || []).flatMap((part) => [...part.rows])) {
        let column = 0;
        for (const cell of row.cells) {
          cell.dataset.label ??= cell.colSpan > 1 ? "" : words[column] || "";
          column += cell.colSpan;
        }
      }
      table.classList.add("as-cards");
    }
  };
  document.addEventListener("DOMContentLoaded", fold);
  document.addEventListener("htmx:afterSettle", fold);
  document.addEventListener("toggle", fold, true);
  phone.addEventListener("change", fold);

  // --- answers that did not come -----------------------------------------------------------------------------------
  document.addEventListener("htmx:sendError", () => say($("#toasts").dataset.lost));
  document.addEventListener("htmx:responseError", (event) =>
    say($("#toasts").dataset.refused.replace("__code__", event.detail.xhr.status)));
  document.addEventListener("htmx:afterSettle", () => $$("[data-toast]").forEach(arm));
  document.addEventListener("DOMContentLoaded", () => $$("[data-toast]").forEach(arm));
  // A form is sent once, however often the button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.dataset.sent || event.defaultPrevented) { if (form.dataset.sent) event.preventDefault(); return; }
    if (form.hasAttribute("hx-post")) return;
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });

  window.tomoshibi = { panel, say, $, $$ };
})();
