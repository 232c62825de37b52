// Fields that are asked only after certain answers come and go with them. Without it all are shown, with the words that
// say when each is meant; the server leaves out what was not asked.
"use strict";

function answered(form, name) {
  return new FormData(form).getAll(name);
}

function follow(form) {
  const asked = form.querySelectorAll("[data-when]");
  if (!asked.length) return;
  const show = () => {
    for (const field of asked) {
      const when = JSON.parse(field.dataset.when);
      const holds = Object.entries(when).every(([name, values]) => answered(form, name).some((one) => values.includes(one)));
      field.hidden = !holds;
    }
  };
  form.addEventListener("change", show);
  show();
}

document.querySelectorAll("form").forEach(follow);
