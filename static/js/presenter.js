/* Presenter mode: keys, swipes and the timer of an item. Without it, links and forms do the same but for the timer. */

const page = document.querySelector("[data-present]");
const clock = document.getElementById("clock");
const button = document.getElementById("clock-go");
const spent = document.getElementById("spent");
const KEPT = `presenter:${page.dataset.present}`;
const BOX_S = Number(page.dataset.minutes) * 60;

// Timer: what it has counted outlives a form that is sent, and stays in this tab. -------------------------------------------
const kept = JSON.parse(sessionStorage.getItem(KEPT) || "{}");
let counted = Number(kept.counted) || 0;
let since = Number(kept.since) || 0;

const seconds = () => counted + (since ? (Date.now() - since) / 1000 : 0);

function show() {
  const left = Math.round(BOX_S - seconds());
  const size = Math.abs(left);
  clock.textContent = `${left < 0 ? "−" : ""}${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
  clock.classList.toggle("is-over", left < 0);
  if (spent) spent.value = String(Math.round(seconds()));
  button.setAttribute("aria-pressed", String(Boolean(since)));
  button.textContent = since ? button.dataset.pause : button.dataset.go;
}

function toggle() {
  if (since) {
    counted = seconds();
    since = 0;
  } else since = Date.now();
  sessionStorage.setItem(KEPT, JSON.stringify({ counted, since }));
  show();
}

button.addEventListener("click", toggle);
setInterval(show, 500);
show();

// Ways ----------------------------------------------------------------------------------------------------------------------
const click = (id) => {
  const target = document.getElementById(id);
  if (target) target.click();
};

function say(id) {
  const details = document.getElementById(id);
  if (!details) return;
  details.open = true;
  details.querySelector("textarea, input:not([type=hidden])").focus();
}

const KEYS = {
  ArrowRight: () => click("go-after"), PageDown: () => click("go-after"), j: () => click("go-after"),
  ArrowLeft: () => click("go-before"), PageUp: () => click("go-before"), k: () => click("go-before"),
  " ": toggle,
  n: () => say("say-note"), d: () => say("say-decision"), a: () => say("say-action"),
  x: () => document.querySelector("#tick button")?.click(),
  "?": () => document.getElementById("presenter-keys").showModal(),
  Escape: () => page.querySelector(".rp-present-head a").click(),
};
// A letter may be switched off by whoever speaks to their browser; arrows and the space bar always work.
const isLetter = (key) => key.length === 1 && key !== " ";
// A dialog that has just been closed keeps the focus until the next frame.
const typing = (element) => element.closest("input, textarea, select, dialog[open], [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) return;
  if (typing(event.target)) {
    // Out of the field, not out of the meeting.
    if (event.key === "Escape" && !event.target.closest("dialog")) event.target.blur();
    return;
  }
  if (event.key === " " && event.target.closest("a, button, summary")) return;
  if (isLetter(event.key) && !("singleKeys" in document.body.dataset)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  KEYS[event.key]();
}, { capture: true });

// Swipes --------------------------------------------------------------------------------------------------------------------
const FAR_PX = 80;
let from = null;

page.addEventListener("touchstart", (event) => {
  from = event.touches.length === 1 && !typing(event.target) ? event.touches[0] : null;
}, { passive: true });

page.addEventListener("touchend", (event) => {
  if (!from) return;
  const to = event.changedTouches[0];
  const [x, y] = [to.clientX - from.clientX, to.clientY - from.clientY];
  if (Math.abs(x) > FAR_PX && Math.abs(x) > 2 * Math.abs(y)) click(x < 0 ? "go-after" : "go-before");
  from = null;
}, { passive: true });
