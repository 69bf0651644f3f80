/* The key of a shared report stands behind the #, which no server is told: posts it once, and takes it out of the address. */
const form = document.querySelector("form[data-share]");
const key = location.hash.slice(1);
if (form && key) {
  history.replaceState(null, "", location.pathname);
  form.elements.key.value = key;
  form.requestSubmit();
}
