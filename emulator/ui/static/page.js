// The little that pages need beside htmx: copy buttons, what a field means, and polling that rests.
"use strict";

// A fold that somebody opened stays open, and what somebody reads stays as it is, when a part is drawn anew.
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => !(name === "open" && node.tagName === "DETAILS");
Idiomorph.defaults.callbacks.beforeNodeMorphed = (node) => !(node.dataset && "keep" in node.dataset);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    await copy(button.dataset.copy);
    const word = button.textContent;
    if (word !== "Copied") {
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = word; }, 1200);
    }
  }
  for (const menu of document.querySelectorAll("details.menu[open], details.switcher[open]")) {
    if (!menu.contains(event.target) || event.target.closest("button, a")) menu.open = false;
  }
});

async function copy(text) {
  if (navigator.clipboard) {
    try { return await navigator.clipboard.writeText(text); } catch { /* not allowed: the old way */ }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "out-of-sight";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open], details.switcher[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Beside a body: the documented meaning of the field that is pointed at, or has the focus.
for (const kind of ["mouseover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const field = event.target.closest ? event.target.closest("[data-means]") : null;
    const note = field && field.closest(".pane").querySelector(".note");
    if (!note) return;
    note.querySelector(".note-name").textContent = field.dataset.place;
    note.querySelector(".note-means").textContent = field.dataset.means;
    note.querySelector(".note-mark").textContent = field.dataset.mark;
    note.classList.add("is-told");
  });
}

// A page that nobody sees asks for nothing.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && "live" in event.detail.elt.dataset) event.preventDefault();
});

function say(lost) {
  const told = document.getElementById("lost");
  if (told) told.hidden = !lost;
}
document.addEventListener("htmx:sendError", () => say(true));
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.xhr.status) say(false); });

// Words of success fade from the page once they were read; those of failure stay.
let fading;
function fade() {
  clearTimeout(fading);
  const told = document.getElementById("told");
  if (told.querySelector(".good")) fading = setTimeout(() => told.replaceChildren(), 8000);
}
document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "told") fade(); });
// A form takes its own place in the page; what was done is said beside it.
document.addEventListener("told", (event) => {
  const box = document.createElement("div");
  box.className = "told good";
  box.textContent = event.detail.value;
  document.getElementById("told").replaceChildren(box);
  fade();
});

// Whoever pressed a button finds the focus again where it went with the old part: on the field that was refused, on the
// form's own button, else on what was told.
let pressed = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  if (form.tagName === "FORM" && form.contains(document.activeElement)) pressed = form.id || "told";
});
document.addEventListener("htmx:afterSettle", () => {
  if (pressed === null || document.activeElement !== document.body) return;
  const form = document.getElementById(pressed);
  const told = document.getElementById("told");
  const place = (form && (form.querySelector("[aria-invalid=true]") || form.querySelector("button"))) || told;
  pressed = null;
  place.focus();
});
for (const kind of ["pointerdown", "focusin"]) document.addEventListener(kind, () => { pressed = null; });
