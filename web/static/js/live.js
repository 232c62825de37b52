// The live page of a case: asks status.json every few seconds (304 while nothing happened) and, when something was
// recorded, takes the changed parts from the page itself, so that there is one rendering only: the server's.
"use strict";

const EVERY = 15_000;
const page = document.querySelector("[data-status]");
let etag = null;

async function ask() {
  const headers = etag ? { "If-None-Match": etag } : {};
  const answer = await fetch(page.dataset.status, { headers, cache: "no-store", credentials: "same-origin" });
  if (answer.status === 304 || !answer.ok) return;
  const first = etag === null;
  etag = answer.headers.get("ETag");
  const status = await answer.json();
  if (!first || String(status.step) !== page.dataset.step) await refresh(status);
}

async function refresh(status) {
  const answer = await fetch(location.pathname, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const replacement = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (replacement) part.replaceWith(document.adoptNode(replacement));
  }
  page.dataset.step = String(status.step);
  page.dataset.state = status.state;
  page.querySelector("[data-announce]").textContent = page.dataset.updated;
  document.dispatchEvent(new Event("sunpath:updated"));
}

function again() {
  const over = page.dataset.state === "closed" || page.dataset.state === "cancelled";
  if (!over) setTimeout(() => tick(), EVERY);
}

async function tick() {
  try {
    if (!document.hidden) await ask();
  } catch {
    // No network just now: the next round asks again.
  }
  again();
}

if (page) tick();
