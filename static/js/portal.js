/* Every page: theme, moving times, toasts, dialogs, keys. Nothing here is needed to read a page or to send a form. */

const root = document.documentElement;
const body = document.body;

// Theme -------------------------------------------------------------------------------------------------------------------
const darkDevice = matchMedia("(prefers-color-scheme: dark)");
const chosenTheme = () => root.dataset.bsTheme || "auto";
const isDark = () => chosenTheme() === "dark" || (chosenTheme() === "auto" && darkDevice.matches);

function setTheme(theme) {
  root.dataset.bsTheme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  showTheme();
  document.dispatchEvent(new Event("portal:theme"));
}

function showTheme() {
  for (const button of document.querySelectorAll("[data-set-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.setTheme === chosenTheme()));
  }
  for (const use of document.querySelectorAll("[data-theme-toggle] use")) {
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, isDark() ? "#sun" : "#moon"));
  }
}

darkDevice.addEventListener("change", () => {
  showTheme();
  document.dispatchEvent(new Event("portal:theme"));
});
showTheme();

// Times -------------------------------------------------------------------------------------------------------------------
const language = root.lang || undefined;
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "narrow" });
const STEPS = [[60, 1, "second"], [3600, 60, "minute"], [172800, 3600, "hour"], [Infinity, 86400, "day"]];

function moveTimes() {
  for (const element of document.querySelectorAll("time[data-rel]")) {
    const seconds = (Date.parse(element.dateTime) - Date.now()) / 1000;
    if (Number.isNaN(seconds)) continue;
    const [, size, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit);
    if (unit !== "second") element.textContent = relative.format(Math.round(seconds / size), unit);
  }
}

setInterval(moveTimes, 30000);

// Toasts ------------------------------------------------------------------------------------------------------------------
const toasts = document.getElementById("toasts");
const LIFE_MS = 8000;

function age(toast) {
  // What can be undone stays until it is dismissed.
  if (toast.matches(".is-breached, .is-at_risk") || toast.querySelector("form")) return;
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, LIFE_MS) : toast.remove());
  setTimeout(leave, LIFE_MS);
}

if (toasts) {
  toasts.querySelectorAll(".rp-toast").forEach(age);
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach((node) => node.nodeType === 1 && age(node));
  }).observe(toasts, { childList: true });
}

// Clicks ------------------------------------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-set-theme],[data-theme-toggle],[data-dismiss],[data-open],[data-copy],[data-close]");
  if (!target) {
    if (event.target.matches("dialog[open]")) event.target.close();
    return;
  }
  if (target.dataset.setTheme) setTheme(target.dataset.setTheme);
  else if ("themeToggle" in target.dataset) setTheme(isDark() ? "light" : "dark");
  else if ("dismiss" in target.dataset) target.closest(".rp-toast, .rp-notice").remove();
  else if ("close" in target.dataset) target.closest("dialog").close();
  else if (target.dataset.copy) copy(target);
  else if (target.dataset.open && open(target.dataset.open) && !event.ctrlKey && !event.metaKey) event.preventDefault();
});

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
  button.classList.add("is-done");
  const label = button.querySelector("[data-done]");
  if (label) label.textContent = label.dataset.done;
}

function open(id) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) return false;
  document.querySelectorAll("[popover]:popover-open").forEach((menu) => menu.hidePopover());
  if (!dialog.open) dialog.showModal();
  dialog.dispatchEvent(new Event("portal:open"));
  return true;
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.rp-pop[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// Keys --------------------------------------------------------------------------------------------------------------------
let jumpUntil = 0;

// A dialog that has just been closed keeps the focus until the next frame.
const typing = (element) => element.closest("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable], dialog[open]");

function moveRow(step) {
  const rows = [...document.querySelectorAll("main .rp-table tbody tr, main .rp-list > li")].filter((row) => row.querySelector("a[href]"));
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(rows.length - 1, Math.max(0, here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step))];
  next.querySelector("a[href]").focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function singleKey(key) {
  if (jumpUntil > Date.now()) {
    jumpUntil = 0;
    const link = document.querySelector(`.rp-nav a[data-key="${CSS.escape(key)}"]`);
    if (link) link.click();
    return Boolean(link);
  }
  if (key === "g") jumpUntil = Date.now() + 1200;
  else if (key === "j") moveRow(1);
  else if (key === "k") moveRow(-1);
  else if (key === "x") document.activeElement.dispatchEvent(new Event("portal:pick", { bubbles: true }));
  else if (key === "?") open("keys");
  else if (key === "c" && document.querySelector("[data-declare]")) document.querySelector("[data-declare]").click();
  else if (key === "/") {
    const search = document.querySelector("main .rp-filters input[type=search]");
    if (search) search.focus();
    else open("palette");
  } else return false;
  return true;
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    if (open("palette")) event.preventDefault();
    return;
  }
  if (event.key === "Escape") {
    const menu = event.target.closest("details.rp-pop[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !("singleKeys" in body.dataset) || typing(event.target)) return;
  if (singleKey(event.key)) event.preventDefault();
});

if (/Mac|iPhone|iPad/.test(navigator.platform)) {
  for (const key of document.querySelectorAll(".rp-find kbd")) key.textContent = "⌘ K";
}
