// What pages need beside htmx: copy buttons, the meaning of a field, and a pause of polling in hidden pages.
"use strict";

// When a part is drawn anew, keep opened folds open, and leave the note on a field as it is.
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
  const close = event.target.closest("[data-close]");
  if (close) close.parentElement.remove();
  for (const menu of document.querySelectorAll("details.menu[open], details.switcher[open]")) {
    // A form with a field stays until its order is carried out.
    if (!menu.contains(event.target) || event.target.closest("a, button") && !menu.querySelector("input")) menu.open = false;
  }
});

async function copy(text) {
  if (navigator.clipboard) {
    try { return await navigator.clipboard.writeText(text); } catch { /* the browser forbids it: copy the old way below */ }
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

// Show beside a body the documented meaning of the field under the pointer, or with the focus.
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

// A hidden page does not poll.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && "live" in event.detail.elt.dataset) event.preventDefault();
});

function say(lost) {
  const told = document.getElementById("lost");
  if (told) told.hidden = !lost;
}
document.addEventListener("htmx:sendError", () => say(true));
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.xhr.status) say(false); });

// What is typed for an address begins with the one in force, which may have changed since the page was loaded.
// Set before the menu opens: the event of its opening comes later, when something may have been typed already.
document.addEventListener("click", (event) => {
  const field = event.target.closest(".target .menu:not([open]) > summary") && document.getElementById("target-url");
  if (field && !field.matches("[aria-invalid]")) field.value = document.getElementById("head-target").dataset.url;
});

// Remove messages of success after a while; those of failure stay.
let fading;
function fade() {
  clearTimeout(fading);
  const told = document.getElementById("told");
  if (told.querySelector(".good")) fading = setTimeout(() => told.replaceChildren(), 8000);
}
document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "told") fade(); });
document.addEventListener("carried-out", () => {
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
});
// A submitted form is replaced by the answer, so its message is shown elsewhere on the page.
document.addEventListener("told", (event) => {
  const box = document.createElement("div");
  box.className = "told good";
  box.textContent = event.detail.value;
  document.getElementById("told").replaceChildren(box);
  fade();
});

// When the focused button went away with the old part, focus the refused field, else the form's own button, else the
// message.
let pressed = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  if (form.tagName === "FORM" && form.contains(document.activeElement)) pressed = form.id || "told";
});
document.addEventListener("htmx:afterSettle", () => {
  if (pressed === null || document.activeElement !== document.body) return;
  const form = pressed === "told" ? null : document.getElementById(pressed);
  const told = document.getElementById("told");
  const place = (form && (form.querySelector("[aria-invalid=true]") || form.querySelector("button"))) || told;
  pressed = null;
  place.focus();
});
for (const kind of ["pointerdown", "focusin"]) document.addEventListener(kind, () => { pressed = null; });
