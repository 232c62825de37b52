// Moving through a replay without loading the page anew. Every step is the same page the server gives to anybody: its
// changed parts are taken over, so that there is one rendering only. Without this file links and the form do it all.
"use strict";

const page = document.querySelector("[data-replay]");
const player = page?.querySelector("[data-player]");
const slider = player?.querySelector("input[type=range]");
/** Milliseconds the slider rests before its step is fetched. */
const REST = 120;
let pending = null;
let resting = 0;

function address(step) {
  const there = new URL(player.action);
  there.searchParams.set("step", step);
  return there;
}

async function show(step) {
  const wanted = Math.min(Math.max(step, 1), Number(slider.max));
  pending?.abort();
  pending = new AbortController();
  try {
    const answer = await fetch(address(wanted), { credentials: "same-origin", signal: pending.signal });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    history.replaceState(null, "", address(wanted));
  } catch (error) {
    // Signed out, or no network: the plain page says what is wrong.
    if (error.name !== "AbortError") location.assign(address(wanted));
  }
}

function take(fresh) {
  const { id, dataset } = document.activeElement;
  for (const part of page.querySelectorAll("[data-live]")) {
    const replacement = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (replacement) part.replaceWith(document.adoptNode(replacement));
  }
  for (const form of ["wide", "phone"]) {
    const [old, drawn] = [page, fresh].map((root) => root.querySelector(`.chart__box--${form} > svg`));
    if (old && drawn) old.replaceWith(document.adoptNode(drawn));
  }
  const moved = fresh.querySelector("[data-player] input[type=range]");
  slider.value = moved.value;
  slider.setAttribute("aria-valuetext", moved.getAttribute("aria-valuetext"));
  if (document.activeElement !== slider) say(slider.getAttribute("aria-valuetext"));
  refocus(id, dataset.go);
  reveal();
}

function say(words) {
  player.querySelector("[data-announce]").textContent = words;
}

/** What had the focus may have been replaced, or be no link any more at the first and last step. */
function refocus(id, button) {
  if (document.activeElement !== document.body) return;
  const same = button ? player.querySelector(`[data-go="${button}"][href]`) : id && document.getElementById(id);
  if (same || button) (same || slider).focus({ preventScroll: true });
}

/** Scroll the chart and the list of steps, never the page, so that the step is in sight. */
function reveal() {
  const row = page.querySelector(".journal [aria-current]");
  const list = row?.closest(".journal");
  if (list) list.scrollTop += row.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 2;
  const mark = page.querySelector(".chart__box--wide .here");
  const box = mark?.closest(".chart__box");
  if (!box) return;
  const [inner, outer] = [mark.getBoundingClientRect(), box.getBoundingClientRect()];
  if (inner.left < outer.left || inner.right > outer.right) box.scrollLeft += inner.left - outer.left - box.clientWidth / 2;
}

/** Keys that have their own meaning where they are pressed stay as they are. */
function isTaken(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return true;
  return Boolean(event.target.closest("input, select, textarea, .chart__box, .journal"));
}

function onKey(event) {
  if (isTaken(event)) return;
  const inPlayer = player.contains(event.target);
  const here = Number(slider.value);
  const step = {
    ArrowLeft: here - 1,
    ArrowRight: here + 1,
    Home: inPlayer ? 1 : undefined,
    End: inPlayer ? Number(slider.max) : undefined,
  }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  show(step);
}

function onClick(event) {
  const link = event.target.closest("a[data-step], .flowchart a");
  const step = link?.dataset.step ?? new URL(link?.href?.baseVal ?? "", location.href).searchParams.get("step");
  if (!link || !step || event.ctrlKey || event.metaKey || event.shiftKey || link.href?.baseVal?.startsWith("#")) return;
  event.preventDefault();
  const nearby = player.contains(link) || link.closest(".flowchart");
  show(Number(step)).then(() => {
    if (nearby) return;
    slider.focus({ preventScroll: true });
    page.querySelector(".replay").scrollIntoView();
  });
}

if (player) {
  player.querySelector("[data-plain]").hidden = true;
  slider.addEventListener("input", () => {
    clearTimeout(resting);
    resting = setTimeout(() => show(Number(slider.value)), REST);
  });
  player.addEventListener("submit", (event) => { event.preventDefault(); show(Number(slider.value)); });
  document.addEventListener("keydown", onKey);
  page.addEventListener("click", onClick);
  reveal();
}
