/* The stale bar: says so when the server no longer answers, and goes when it does again. */

const bar = document.getElementById("stale");
const served = bar ? bar.querySelector("span").textContent.trim() : "";
const loadedAt = new Date();

function lost() {
  if (!bar) return;
  const time = loadedAt.toLocaleTimeString(document.documentElement.lang || undefined, { hour: "2-digit", minute: "2-digit" });
  bar.querySelector("span").textContent = (bar.dataset.lost || "").replace("%s", time);
  bar.hidden = false;
}

function back() {
  if (!bar) return;
  bar.querySelector("span").textContent = served;
  bar.hidden = !served;
}

document.addEventListener("htmx:sendError", lost);
document.addEventListener("htmx:timeout", lost);
document.addEventListener("htmx:afterRequest", (event) => {
  const code = event.detail.xhr?.status || 0;
  if (code >= 500) lost();
  else if (code) {
    loadedAt.setTime(Date.now());
    back();
  }
});
addEventListener("offline", lost);
addEventListener("online", back);

/* A wall screen renews itself: whole pages, because nobody scrolls or types there. */
if ("kiosk" in document.body.dataset) setTimeout(() => location.reload(), 60000);
