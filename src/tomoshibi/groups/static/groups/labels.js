// Choosing points whose labels are printed: all of them, those never printed, a range with the shift key; and how many are chosen.
"use strict";
(() => {
  const bar = document.querySelector("[data-choose]");
  if (!bar) return;
  const form = bar.closest("form");
  const ticks = [...form.querySelectorAll("input[name=points]")];
  const all = bar.querySelector("[data-choose-all]");
  const count = bar.querySelector("output");
  let last = null;

  const show = () => {
    const chosen = ticks.filter((tick) => tick.checked).length;
    all.checked = chosen > 0 && chosen === ticks.length;
    all.indeterminate = chosen > 0 && chosen < ticks.length;
    count.textContent = chosen;
  };

  bar.hidden = false;
  all.addEventListener("change", () => { ticks.forEach((tick) => { tick.checked = all.checked; }); show(); });
  bar.querySelector("[data-choose-new]")?.addEventListener("click", () => {
    ticks.forEach((tick) => { tick.checked = "new" in tick.dataset; });
    show();
  });
  form.addEventListener("click", (event) => {
    const at = ticks.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last !== null) {
      const [from, to] = [Math.min(at, last), Math.max(at, last)];
      ticks.slice(from, to + 1).forEach((tick) => { tick.checked = event.target.checked; });
    }
    last = at;
    show();
  });
  form.addEventListener("change", show);
  show();
})();
