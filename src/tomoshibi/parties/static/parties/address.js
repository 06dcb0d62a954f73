// A postal code fills in prefecture, city and town; where it stands for several places, they are offered.
(() => {
  const fill = (form, place) => {
    for (const part of ["prefecture", "city", "town"]) {
      const input = form.elements[part];
      if (input) input.value = place[part];
    }
    form.elements.block?.focus();
  };

  const offer = (input, places) => {
    const form = input.form;
    let box = form.querySelector("[data-places]");
    if (!box) {
      box = document.createElement("div");
      box.dataset.places = "";
      box.className = "chips mt-1";
      box.setAttribute("aria-live", "polite");
      input.closest(".field").append(box);
    }
    box.replaceChildren();
    if (places.length === 1) return fill(form, places[0]);
    for (const place of places) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chip";
      button.textContent = `${place.prefecture}${place.city}${place.town}`;
      button.addEventListener("click", () => { fill(form, place); box.replaceChildren(); });
      box.append(button);
    }
  };

  document.addEventListener("change", async (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.dataset.postalCode === undefined || !input.value.trim()) return;
    const address = document.querySelector("[data-places-url]").dataset.placesUrl;
    const answer = await fetch(`${address}?postal_code=${encodeURIComponent(input.value)}`);
    if (answer.ok) offer(input, (await answer.json()).places);
  });
})();
