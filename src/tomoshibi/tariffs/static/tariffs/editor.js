// The form saves itself as it is typed into. A button that is pressed meanwhile waits for the answer: it would be sent
// with the number of the document as it was before, and nothing is sent beside it. A link that is followed right behind
// the last key waits, too; who leaves in another way while something is not kept is asked.
(() => {
  "use strict";
  const form = document.getElementById("draft-form");
  if (!form || !form.hasAttribute("hx-post")) return;
  let saving = false, leaving = false, typed = false, pressed = null, link = null;
  form.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", (event) => {
    if (!saving) { leaving = true; return; }
    event.preventDefault();
    pressed = event.submitter;
  });
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target !== form) return;
    if (leaving) event.preventDefault(); else { saving = true; typed = false; }
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) return;
    saving = false;
    const kept = event.detail.successful && !document.querySelector("#beside > .alert-danger");
    if (!kept) { typed = true; link = null; }
    if (pressed) form.requestSubmit(pressed);
    else if (link && !typed) location.assign(link);
  });
  document.addEventListener("click", (event) => {
    const found = event.target.closest("a[href]");
    if (!found || !(typed || saving) || event.defaultPrevented || event.ctrlKey || event.metaKey || found.target) return;
    if (found.getAttribute("href").startsWith("#") || found.closest(".alert-danger")) return;
    event.preventDefault();
    link = found.href;
    if (!saving) form.dispatchEvent(new Event("change"));
  });
  addEventListener("beforeunload", (event) => { if ((typed || saving) && !leaving) event.preventDefault(); });
})();

// The document as text: line numbers beside it, marks where lint has found something, a jump to the line.
(() => {
  "use strict";
  document.querySelector("[data-print]")?.addEventListener("click", () => print());
  const text = document.getElementById("text");
  const numbers = document.querySelector("[data-lines-of]");
  if (!text || !numbers) return;
  const marks = new Map(text.dataset.marks.trim().split(/\s+/).filter(Boolean).map((one) => one.split(":")).reverse());
  const number = () => {
    const count = text.value.split("\n").length;
    if (numbers.childElementCount === count) return;
    numbers.replaceChildren(...Array.from({ length: count }, (_none, index) => {
      const line = document.createElement("div");
      line.textContent = String(index + 1);
      const mark = marks.get(String(index + 1));
      if (mark) { line.className = mark; line.textContent = `● ${index + 1}`; }
      return line;
    }));
  };
  const go = (line) => {
    const lines = text.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[line - 1] || "").length);
    text.scrollTop = Math.max(0, (line - 8) * 20);
  };
  text.addEventListener("input", number);
  text.addEventListener("scroll", () => { numbers.scrollTop = text.scrollTop; });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    go(Number(link.dataset.line));
  });
  // What is typed is not lost by walking away.
  let typed = false;
  text.addEventListener("input", () => { typed = true; });
  text.form?.addEventListener("submit", () => { typed = false; });
  addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
  number();
  const asked = /^#line-(\d+)$/.exec(location.hash);
  if (asked) go(Number(asked[1]));
})();

// What only some plans are priced by is asked for where one of them is offered: "03 high", "* high" for every area.
(() => {
  "use strict";
  const group = document.querySelector("[data-some-need]");
  const form = group?.closest("form");
  if (!form) return;
  const asked = [...group.querySelectorAll("[data-needed-by]")];
  const show = () => {
    const voltage = form.elements.voltage.value;
    for (const one of asked) {
      const places = one.dataset.neededBy.split(",");
      const needed = places.includes(`${form.elements.area.value} ${voltage}`) || places.includes(`* ${voltage}`);
      one.hidden = !needed && !one.querySelector(".has-errors");
    }
    group.hidden = asked.every((one) => one.hidden);
  };
  form.addEventListener("change", show);
  show();
})();
