// Fields that are asked only after certain answers come and go with them. Without it all are shown, with the words that
// say when each is meant; the server leaves out what was not asked. What is hidden is not sent, and answers nothing itself.
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
      for (const control of field.querySelectorAll("input, select, textarea")) control.disabled = !holds;
    }
  };
  form.addEventListener("change", show);
  show();
}

// The form of an officer is kept by itself a few seconds after the last change; files wait for the button.
const PAUSE = 4000;

function keep(form) {
  const status = form.querySelector("[data-draft-status]");
  if (!("draft" in form.dataset) || !status) return;
  let timer = 0;
  const leaving = new AbortController();
  const send = async () => {
    const data = new FormData(form);
    for (const input of form.querySelectorAll("input[type=file]")) data.delete(input.name);
    data.set("draft", "save");
    const headers = { "X-Draft": "by-itself" };
    const answer = await fetch(form.action, { method: "POST", body: data, headers, signal: leaving.signal }).catch(() => null);
    if (answer && answer.ok) status.textContent = status.dataset.draftStatus;
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    leaving.abort();
  });
}

document.querySelectorAll("form").forEach((form) => {
  follow(form);
  keep(form);
});
