// Lists: rows from the keyboard, choosing, kept views, columns, frozen widths.
(() => {
  "use strict";
  const { $, $$, panel } = window.tomoshibi;
  const list = () => $("#list");
  const form = () => $("#list-form");
  const rows = () => $$("#list tbody tr[data-id]");
  let current = null;      // id of the row that keys act on
  let pending = 0;

  // --- the current row ---------------------------------------------------------------------------------------------
  const currentRow = () => (current === null ? null : $(`#list tbody tr[data-id="${CSS.escape(current)}"]`));
  const go = (row, { focus = true } = {}) => {
    if (!row) return;
    $$("#list tr.current").forEach((one) => { one.classList.remove("current"); one.tabIndex = -1; });
    row.classList.add("current");
    row.tabIndex = 0;
    current = row.dataset.id;
    if (focus) row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    if (panel.isOpen) {
      clearTimeout(pending);
      pending = setTimeout(() => open(row), 120);
    }
  };
  const step = (by) => {
    const row = currentRow();
    if (!row) { go(rows()[0]); return; }
    let next = row;
    do { next = by > 0 ? next.nextElementSibling : next.previousElementSibling; } while (next && !next.dataset.id && !next.classList.contains("more"));
    if (next && next.classList.contains("more")) { next.scrollIntoView({ block: "nearest" }); return; }
    go(next);
  };
  const open = (row) => {
    if (row?.dataset.panel) panel.load(row.dataset.panel, row.dataset.page);
    else if (row?.dataset.page) location.href = row.dataset.page;
  };

  // --- choosing ----------------------------------------------------------------------------------------------------
  const ticks = () => $$("#list tbody input[name=ids]");
  const actions = () => $("#list-actions");
  const showChosen = () => {
    const bar = actions();
    if (!bar) return;
    const everything = bar.elements.everything.value === "1";
    const count = everything ? Number(list().dataset.count) : ticks().filter((tick) => tick.checked).length;
    bar.hidden = count === 0;
    $("[data-chosen]", bar).textContent = count.toLocaleString("en");
    const all = ticks();
    const head = $("[data-tick-all]");
    head.checked = all.length > 0 && all.every((tick) => tick.checked);
    head.indeterminate = !head.checked && all.some((tick) => tick.checked);
    $("[data-choose-everything]", bar).hidden = everything || !head.checked || all.length >= Number(list().dataset.count);
  };
  const choose = (on) => {
    ticks().forEach((tick) => { tick.checked = on; });
    actions().elements.everything.value = "";
    showChosen();
  };

  // --- what the filters say ----------------------------------------------------------------------------------------
  let typing = 0;
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-list-search]")) return;
    clearTimeout(typing);
    typing = setTimeout(() => form().requestSubmit(), 300);
  });
  document.addEventListener("change", (event) => {
    const target = event.target;
    if (target.matches("[data-tick-all]")) choose(target.checked);
    else if (target.name === "ids") {
      if (!target.checked) actions().elements.everything.value = "";
      showChosen();
    } else if (target.form && target.form.id === "list-form" && !target.matches("[data-list-search]")) form().requestSubmit();
  });

  // --- mouse -------------------------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-choose-everything]")) {
      actions().elements.everything.value = "1";
      showChosen();
    } else if (at("[data-choose-none]")) choose(false);
    else if (at("[data-filters]")) at("[data-filters]").setAttribute("aria-expanded", String(form().classList.toggle("open")));
    else if (at("[data-panel-next]")) step(1);
    else if (at("[data-panel-previous]")) step(-1);
    else if (at("[data-view-save]")) askForName();
    else if (at("[data-view-cancel]")) keep().close();
    const row = at("#list tbody tr[data-id]");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey || at("input, button, label")) return;
    if (String(getSelection())) return;
    const link = at("a");
    if (link && !(link.classList.contains("row-link") && row.dataset.panel)) return;
    if (link) event.preventDefault();
    go(row, { focus: true });
    if (row.dataset.panel) open(row);
    else if (!link && row.dataset.page) location.href = row.dataset.page;
  });

  // --- keys --------------------------------------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !list() || $("dialog[open]")) return;
    const target = event.target;
    if (["TEXTAREA", "SELECT"].includes(target.tagName) || (target.tagName === "INPUT" && target.type !== "checkbox")) return;
    const onRow = target.closest("#list tbody tr[data-id]") || target === document.body || target.closest(".list-scroll") === target || target.id === "main";
    const inPanel = Boolean(target.closest("#panel"));
    const row = currentRow();
    if (event.key === "j" || (event.key === "ArrowDown" && target.closest("tr"))) { event.preventDefault(); step(1); }
    else if (event.key === "k" || (event.key === "ArrowUp" && target.closest("tr"))) { event.preventDefault(); step(-1); }
    else if (event.key === "x" && row) { const tick = $("input[name=ids]", row); if (tick) { tick.checked = !tick.checked; tick.dispatchEvent(new Event("change", { bubbles: true })); } }
    else if (event.key === "o" && row?.dataset.page) location.href = row.dataset.page;
    else if (event.key === "f" && form()) { const field = $("input:not([type=hidden]), select", form()); if (field) { event.preventDefault(); field.focus(); } }
    else if (event.key === "Enter" && row && onRow && !inPanel && !target.closest("a, button")) { event.preventDefault(); open(row); }
  });
  document.addEventListener("panelclosed", () => currentRow()?.focus({ preventScroll: true }));

  // --- kept views --------------------------------------------------------------------------------------------------
  const keep = () => $("#keep-view");
  const askForName = () => {
    $("[name=query]", keep()).value = list().dataset.query;
    $("#view-name").value = "";
    keep().showModal();
  };

  // --- after every change of the list ------------------------------------------------------------------------------
  // Widths are frozen once the first rows stand, so that 10,000 more need no new layout of the whole table.
  const freeze = (table) => {
    if (!table || table.dataset.frozen || !$("tr.more", table)) return;
    table.dataset.frozen = "1";
    const heads = $$("thead th", table);
    const widths = heads.map((head) => head.getBoundingClientRect().width);
    heads.forEach((head, n) => { head.style.width = `${widths[n]}px`; });
    table.style.width = `${table.getBoundingClientRect().width}px`;
    table.style.tableLayout = "fixed";
  };
  // On a phone each row is a card: the cells carry their header.
  const phone = matchMedia("(max-width: 575.98px)");
  const nameCells = () => {
    if (!phone.matches) return;
    const names = $$("#list thead th").map((head) => head.textContent.trim().replace(/\s+/g, " "));
    $$("#list tbody tr[data-id]:not([data-named]), #list tfoot tr").forEach((row) => {
      row.dataset.named = "1";
      [...row.cells].forEach((cell, n) => { if (names[n]) cell.dataset.label = names[n]; });
    });
  };
  const refresh = () => {
    if (!list()) return;
    freeze($("#list table"));
    nameCells();
    showChosen();
    if (current !== null) { const row = currentRow(); if (row) { row.classList.add("current"); row.tabIndex = 0; } else current = null; }
    const first = rows()[0];
    if (current === null && first) first.tabIndex = 0;
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.closest?.("#panel")) return;
    if (actions()?.elements.everything.value === "1") ticks().forEach((tick) => { tick.checked = true; });
    refresh();
  });
  phone.addEventListener("change", nameCells);
  refresh();
})();
