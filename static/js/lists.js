/* Selected rows of a list: how many, all at once, a range with Shift, and x for the row under j and k. */

const boxes = () => [...document.querySelectorAll("#results .rp-pick input")];
let last = null;

function show() {
  const place = document.querySelector("[data-picked]");
  if (!place) return;
  const count = boxes().filter((box) => box.checked).length;
  place.textContent = count ? `${count} ${place.dataset.picked}` : "";
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-pick=all]")) {
    for (const box of boxes()) box.checked = true;
    show();
    return;
  }
  const box = event.target.closest(".rp-pick input");
  if (!box) return;
  const all = boxes();
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, other) => one - other);
    for (const between of all.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
  show();
});

document.addEventListener("reset", () => setTimeout(show));
document.addEventListener("htmx:afterSettle", show);
document.addEventListener("portal:pick", (event) => {
  const box = event.target.closest("tr")?.querySelector(".rp-pick input");
  if (box) box.click();
});
// The browser may have kept the boxes of a page that is gone back to.
addEventListener("pageshow", show);
show();
