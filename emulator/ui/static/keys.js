// Single keys: j k Enter / g f g i g r f n ?. They can be switched off, and are not read while somebody types.
"use strict";

const dialog = document.getElementById("keys");
const switched = document.getElementById("keys-on");
let went = false; // g was pressed, and the next key says where to

function isOn() {
  try { return localStorage.getItem("keys") !== "off"; } catch { return true; }
}
switched.checked = isOn();
switched.addEventListener("change", () => {
  try { localStorage.setItem("keys", switched.checked ? "on" : "off"); } catch { /* it holds for this page only */ }
});

function move(step) {
  const rows = [...document.querySelectorAll("main [data-row]")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))].focus();
}

function search() {
  const field = document.querySelector("main [data-search]");
  if (field) { field.focus(); field.select(); } else go("f", "#search");
}

function go(where, more = "") {
  const link = document.querySelector(`.rail [data-go="${where}"]`);
  if (link) location.href = link.href + more;
}

function press(selector) {
  const button = document.querySelector(selector);
  if (button && !button.disabled && button.offsetParent) button.click();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  "/": search,
  f: () => press("#clock .hold"),
  n: () => press(".clock [value=next]"),
  "?": () => dialog.showModal(),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable], dialog, .swagger");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !switched.checked) return;
  const leads = went;
  went = !leads && event.key === "g";
  if (leads && "fir".includes(event.key)) { event.preventDefault(); go(event.key); return; }
  const act = !leads && KEYS[event.key];
  if (act) { event.preventDefault(); act(); }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) dialog.showModal();
});
// The feed that was opened for a search.
if (location.hash === "#search") search();
