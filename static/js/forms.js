/* Forms: fields that belong to one choice, one click one request, a word before what was typed is lost. */

function showFields(form) {
  for (const part of form.querySelectorAll("[data-when]")) {
    const [name, values] = part.dataset.when.split("=");
    const control = form.elements.namedItem(name);
    const value = control instanceof RadioNodeList ? control.value : control?.type === "checkbox" ? String(control.checked) : control?.value;
    part.hidden = control !== null && !values.split(",").includes(value);
  }
}

function ready(scope) {
  for (const form of scope.querySelectorAll("form")) {
    if (form.querySelector("[data-when]")) showFields(form);
    form.querySelector(".rp-field.has-error :is(input, select, textarea)")?.focus();
  }
}

let dirty = null;

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form) showFields(form);
});
document.addEventListener("input", (event) => {
  if (event.target.form?.matches("[data-guard]")) dirty = event.target.form;
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  dirty = null;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 4000);
});
addEventListener("beforeunload", (event) => {
  if (dirty?.isConnected) event.preventDefault();
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

/* A shared address names only the filters that are set. */
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches(".rp-filters")) return;
  const parameters = event.detail.parameters;
  for (const name of [...new Set(event.detail.formData.keys())]) {
    if (event.detail.formData.getAll(name).every((value) => value === "")) delete parameters[name];
  }
});

ready(document);
document.addEventListener("htmx:load", (event) => event.detail.elt !== document.body && ready(event.detail.elt.parentElement || document));
