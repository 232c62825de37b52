// Larger and smaller for the charts of a page. Without it the chart scrolls and the browser's own zoom works.
"use strict";

const STEPS = [1, 1.25, 1.5, 2, 2.5, 3];

function zoomable(chart) {
  const tools = chart.querySelector("[data-zoom]");
  if (!tools || !tools.hidden) return;
  const [larger, smaller] = [tools.querySelector("[data-zoom-in]"), tools.querySelector("[data-zoom-out]")];
  let step = 0;
  const show = () => {
    for (const box of chart.querySelectorAll(".chart__box")) {
      box.dataset.zoom = String(step);
    }
    larger.disabled = step === STEPS.length - 1;
    smaller.disabled = step === 0;
  };
  larger.addEventListener("click", () => { step += 1; show(); });
  smaller.addEventListener("click", () => { step -= 1; show(); });
  tools.hidden = false;
  show();
}

const zoomAll = () => document.querySelectorAll("[data-chart]").forEach(zoomable);
zoomAll();
document.addEventListener("sunpath:updated", zoomAll);
