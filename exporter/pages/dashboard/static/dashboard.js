// Draws the charts and refreshes the page in place. Without it every figure is still in the tables.
"use strict";

const content = document.getElementById("content");
const stale = document.getElementById("stale");
const updated = document.getElementById("updated");
let figures = JSON.parse(document.getElementById("figures").textContent);
let shown = content.innerHTML;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function themed(layout) {
  const [text, soft, line, card] = ["--text", "--soft", "--line", "--card"].map(colour);
  const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, tickcolor: line };
  return {
    ...layout,
    font: { color: soft, size: 12, family: getComputedStyle(document.body).fontFamily },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    hoverlabel: { bgcolor: card, bordercolor: line, font: { color: text } },
    legend: { ...layout.legend, font: { size: 11 }, bgcolor: "rgba(0,0,0,0)" },
    xaxis: { ...axis, ...layout.xaxis, showgrid: false },
    yaxis: { ...axis, ...layout.yaxis },
  };
}

function draw() {
  if (!window.Plotly) {
    document.querySelectorAll(".chart").forEach((chart) => chart.remove());
    document.querySelectorAll("figure details").forEach((values) => (values.open = true));
    return;
  }
  const options = { displayModeBar: false, responsive: true };
  for (const chart of document.querySelectorAll(".chart")) {
    const figure = figures[chart.dataset.chart];
    if (figure) Plotly.react(chart, figure.data, themed(figure.layout), options);
  }
}

// New HTML goes in around the charts that are already drawn, so that nothing flickers.
function replace(html) {
  if (html === shown) return;
  shown = html;
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const open = new Set([...content.querySelectorAll("details[open]")].map((one) => one.id));
  const focused = document.activeElement?.id;
  for (const values of fresh.content.querySelectorAll("details")) values.open = open.has(values.id);
  for (const place of fresh.content.querySelectorAll(".chart")) {
    const drawn = content.querySelector(`.chart[data-chart="${place.dataset.chart}"]`);
    if (drawn) place.replaceWith(drawn);
  }
  content.replaceChildren(fresh.content);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(content.dataset.source, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const data = await answer.json();
    figures = data.figures;
    replace(data.content);
    updated.dataset.moment = data.moment;
    updated.textContent = updated.dataset.text.replace("{moment}", data.moment);
    stale.hidden = true;
    draw();
  } catch {
    stale.textContent = stale.dataset.text.replace("{moment}", updated.dataset.moment);
    stale.hidden = false;
  }
}

draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, Math.max(1, Number(content.dataset.refresh)) * 1000);
