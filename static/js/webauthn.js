/* A key that does not answer: allauth would say so on the console only. */

const notice = document.getElementById("webauthn_error");

document.addEventListener("allauth.error", (event) => {
  if (!event.detail.tags.includes("webauthn")) return;
  event.preventDefault();
  document.querySelector("#main form")?.before(notice);
  notice.hidden = false;
  /* Emptied first, so that a second failure is read out as well. */
  notice.textContent = "";
  requestAnimationFrame(() => { notice.textContent = notice.dataset.text; });
});
