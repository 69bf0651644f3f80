/* Command palette: pages at once from the navigation, services and SLOs from /search/ as a fragment of options. */

const dialog = document.getElementById("palette");
const form = dialog.querySelector("form");
const input = dialog.querySelector("input");
const list = document.getElementById("palette-list");
const status = dialog.querySelector("[data-status]");
let chosen = -1;
let asked = 0;
let timer = 0;

const pages = [...document.querySelectorAll(".rp-nav a")].map((link) => ({ link, words: link.textContent.trim().toLowerCase() }));

function pageOptions(query) {
  const found = pages.filter(({ words }) => words.includes(query));
  if (!found.length) return [];
  const heading = Object.assign(document.createElement("div"), { className: "rp-palette-group", textContent: dialog.dataset.pages });
  heading.setAttribute("role", "presentation");
  return [heading, ...found.map(({ link }) => {
    const item = document.createElement("a");
    item.className = "rp-palette-item";
    item.href = link.href;
    item.setAttribute("role", "option");
    item.tabIndex = -1;
    const label = document.createElement("span");
    label.textContent = link.textContent.trim();
    item.append(link.querySelector("svg").cloneNode(true), label);
    if (link.dataset.key) {
      const keys = document.createElement("small");
      keys.textContent = `g ${link.dataset.key}`;
      item.append(keys);
    }
    return item;
  })];
}

const options = () => [...list.querySelectorAll("[role=option]")];

function choose(index) {
  const all = options();
  chosen = all.length ? (index + all.length) % all.length : -1;
  all.forEach((option, at) => {
    option.id ||= `palette-option-${at}`;
    option.setAttribute("aria-selected", String(at === chosen));
  });
  if (chosen < 0) {
    input.removeAttribute("aria-activedescendant");
    return;
  }
  input.setAttribute("aria-activedescendant", all[chosen].id);
  all[chosen].scrollIntoView({ block: "nearest" });
}

function show(html, query) {
  const found = document.createElement("template");
  found.innerHTML = html;
  list.replaceChildren(...(html ? [found.content] : []), ...pageOptions(query));
  for (const [at, option] of options().entries()) option.id = `palette-option-${at}`;
  const count = options().length;
  if (!count && query) {
    const empty = Object.assign(document.createElement("p"), { className: "rp-palette-group", textContent: dialog.dataset.none });
    list.replaceChildren(empty);
  }
  status.textContent = query ? (count ? `${count} ${dialog.dataset.count}` : dialog.dataset.none) : "";
  choose(0);
}

async function search() {
  const query = input.value.trim();
  const number = ++asked;
  if (query.length < 2) {
    show("", query.toLowerCase());
    return;
  }
  try {
    const answer = await fetch(`${form.action}?q=${encodeURIComponent(query)}`, { headers: { "HX-Request": "true", Accept: "text/html" } });
    const html = answer.ok && !answer.redirected ? await answer.text() : "";
    if (number === asked) show(html, query.toLowerCase());
  } catch {
    if (number === asked) show("", query.toLowerCase());
  }
}

input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, 120);
});

input.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") choose(chosen + 1);
  else if (event.key === "ArrowUp") choose(chosen - 1);
  else if (event.key === "Enter" && chosen >= 0) options()[chosen].click();
  else return;
  event.preventDefault();
});

dialog.addEventListener("portal:open", () => {
  input.value = "";
  show("", "");
  input.focus();
});
