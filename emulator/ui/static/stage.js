// The stories: steps without loading the page anew, so that full screen lasts; and keys for the presenter.
"use strict";

const staged = () => document.querySelector(".staged");
const toggle = () => document.querySelector("[data-full-screen]");

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-full-screen]");
  if (!button) return;
  const refused = () => {}; // the browser forbids it: the page fills its window all the same
  if (button.dataset.fullScreen === "on") document.documentElement.requestFullscreen?.().catch(refused);
  else if (document.fullscreenElement) document.exitFullscreen().catch(refused);
});

// Who leaves full screen by the browser's own key sees the whole page again.
document.addEventListener("fullscreenchange", () => {
  if (!document.fullscreenElement && staged()) toggle().click();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return;
  if (event.key === "Escape" && staged()) {
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    else toggle().click();
  }
  if (event.key !== "ArrowRight" && event.key !== " ") return;
  const used = event.target.closest("input, select, textarea, button, a, summary, [tabindex='0']");
  const next = document.querySelector("#next-step button");
  if (!next || !staged() || used === next || (used && event.key === " ")) return;
  event.preventDefault();
  next.click();
});

// The address names the case of the story, so that the page can be loaded again.
document.addEventListener("htmx:afterRequest", (event) => {
  const address = event.detail.xhr.responseURL;
  if (event.detail.target.id === "main" && event.detail.successful && address) history.replaceState(null, "", address);
});
