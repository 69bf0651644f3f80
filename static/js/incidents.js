/* The room: clocks that run, drafts that survive, and a page that renews itself without taking a word from whoever types. */

const room = document.querySelector(".rp-room");
const live = () => document.getElementById("live");

// Clocks ------------------------------------------------------------------------------------------------------------------
function span(seconds) {
  const s = Math.abs(Math.round(seconds));
  const parts = s >= 3600 ? [Math.floor(s / 3600), Math.floor((s % 3600) / 60), s % 60] : [Math.floor(s / 60), s % 60];
  return (seconds < 0 ? "−" : "") + parts.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
}

function run() {
  for (const clock of document.querySelectorAll("[data-since]")) clock.textContent = span((Date.now() - Date.parse(clock.dataset.since)) / 1000);
  for (const clock of document.querySelectorAll("[data-until]")) {
    const left = (Date.parse(clock.dataset.until) - Date.now()) / 1000;
    clock.textContent = span(left);
    clock.classList.toggle("is-over", left < 0);
  }
}

setInterval(run, 1000);
run();

// Renewal -----------------------------------------------------------------------------------------------------------------
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id === "live" && document.hidden) event.preventDefault();
});
// A line that somebody else writes moves only the timeline; what is open or held by the keyboard elsewhere stays.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (requestConfig?.elt.id !== "live") return;
  if (target.querySelector("details[open]") || target.matches(":focus-within")) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:afterSwap", run);
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!(form instanceof HTMLFormElement) || !("clear" in form.dataset) || !event.detail.successful) return;
  if (live().querySelector(":scope > .rp-notice")) return;
  form.querySelectorAll("textarea, input[name=text]").forEach((field) => { field.value = ""; });
});

// Drafts ------------------------------------------------------------------------------------------------------------------
const waiting = new Map();

function keep(field, text) {
  const data = new URLSearchParams({ field, text });
  fetch(room.dataset.draft, { method: "POST", body: data, headers: { "X-CSRFToken": room.dataset.csrf } }).catch(() => {});
}

if (room) {
  for (const field of room.querySelectorAll("#say textarea")) field.dataset.draftField = `update.${field.name}`;
  room.addEventListener("input", (event) => {
    const name = event.target.dataset.draftField;
    if (!name) return;
    clearTimeout(waiting.get(name));
    waiting.set(name, setTimeout(() => keep(name, event.target.value), 600));
  });
}

// Keys --------------------------------------------------------------------------------------------------------------------
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !("singleKeys" in document.body.dataset)) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
  const target = { n: "#line", u: "#say textarea", i: "#impact select" }[event.key];
  const field = target && document.querySelector(target);
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.scrollIntoView({ block: "center" });
});
