// @ts-check
/** Wiring of the page: selectors redraw charts, cells speak, the runs sort and filter. The page is whole without it. */

/* global drawForest, drawHeatmap, drawFront, measureTitle */
/** @typedef {import("../../api/report.ts").Report} Report */
/** @typedef {import("../view.ts").ReportSense} Sense */

document.documentElement.classList.add("scripted");
/** @type {Report} */
const report = JSON.parse(document.getElementById("report-data")?.textContent ?? "null");

/** @param {string} name @param {string} markup */
function replaceChart(name, markup) {
  const chart = document.querySelector(`[data-chart="${name}"]`);
  if (chart) chart.innerHTML = markup;
}

/** @param {HTMLFormElement} form @param {string} name */
function chosenIn(form, name) {
  return String(new FormData(form).get(name) ?? "");
}

/** The name of the objective chosen by its number; null: the utility. @param {HTMLFormElement} form @param {string} name */
function objectiveIn(form, name) {
  const chosen = chosenIn(form, name);
  return chosen === "" ? null : (report.objectives[Number(chosen)]?.name ?? null);
}

/** @type {Record<string, (form: HTMLFormElement) => void>} */
const redraw = {
  effects: (form) => redrawMeasured("effects", form, drawForest),
  interactions: (form) => {
    redrawMeasured("interactions", form, drawHeatmap);
  },
  tradeoffs: (form) =>
    replaceChart("tradeoffs", drawFront(report, objectiveIn(form, "x") ?? "", objectiveIn(form, "y") ?? "").text),
  runs: (form) => filterRuns(form),
};

/**
 * @param {string} name @param {HTMLFormElement} form
 * @param {(report: Report, measure: string | null, sense: Sense) => { text: string }} draw
 */
function redrawMeasured(name, form, draw) {
  const measure = objectiveIn(form, "measure");
  replaceChart(name, draw(report, measure, /** @type {Sense} */ (chosenIn(form, `${name}-sense`))).text);
  const title = document.querySelector(`[data-measure="${name}"]`);
  if (title) title.textContent = measureTitle(report, measure);
}

for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => redraw[form.dataset.for ?? ""]?.(form));
}

/** What is pointed at, focused or tapped in a chart is put into words beside it. */
/** @param {string} name @param {string} selector @param {(mark: Element) => string} words */
function speakIn(name, selector, words) {
  const chart = document.querySelector(`[data-chart="${name}"]`);
  /** @param {Event} event */
  const speak = (event) => {
    const mark = event.target instanceof Element ? event.target.closest(selector) : null;
    const sentence = chart?.querySelector(".spoken");
    if (!mark || !sentence) return;
    sentence.textContent = words(mark);
    for (const other of chart?.querySelectorAll(".chosen") ?? []) other.classList.remove("chosen");
    mark.classList.add("chosen");
  };
  for (const kind of ["pointerover", "focusin", "click"]) chart?.addEventListener(kind, speak);
}
speakIn("interactions", ".cell", (cell) => cell.getAttribute("title") ?? "");
speakIn("tradeoffs", ".dot, .named", (dot) => dot.querySelector("title")?.textContent ?? "");

/** Arrow keys move between the heatmap's cells, of which one is in the tab order. */
const heatmap = document.querySelector('[data-chart="interactions"]');
/** @type {Record<string, [number, number]>} */
const arrows = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
heatmap?.addEventListener("keydown", (event) => {
  if (!(event instanceof KeyboardEvent) || !(event.target instanceof HTMLButtonElement)) return;
  const [down, right] = arrows[event.key] ?? [0, 0];
  const rows = [...heatmap.querySelectorAll(".stair")].map((row) => [...row.querySelectorAll(".cell")]);
  let y = rows.findIndex((row) => event.target instanceof Element && row.includes(event.target));
  let x = rows[y]?.indexOf(event.target) ?? -1;
  if (down === 0 && right === 0) return;
  event.preventDefault();
  do {
    y += down;
    x += right;
  } while (rows[y]?.[x] && !(rows[y]?.[x] instanceof HTMLButtonElement));
  const next = rows[y]?.[x];
  if (!(next instanceof HTMLButtonElement)) return;
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
});

const runs = document.querySelector("table.runs");
const bodies = [...(runs?.querySelectorAll("tbody") ?? [])];

/** @param {HTMLFormElement} form */
function filterRuns(form) {
  const words = chosenIn(form, "text").toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const body of bodies) {
    const text = body.rows[0]?.textContent?.toLowerCase() ?? "";
    body.hidden = !words.every((word) => text.includes(word));
    if (!body.hidden) shown++;
  }
  const output = form.querySelector("output");
  if (output) output.textContent = words.length === 0 ? "" : `${shown} of ${bodies.length} runs`;
}

/** @param {HTMLTableSectionElement} body @param {number} column */
function sortKey(body, column) {
  const cell = body.rows[0]?.cells[column];
  const text = cell?.dataset.sort ?? "";
  return cell?.classList.contains("number") ? (text === "" ? null : Number(text)) : text;
}

/** What is missing (failed, diverged) stays last either way. @param {number} column @param {1 | -1} direction */
function sortRuns(column, direction) {
  const collator = new Intl.Collator("en", { numeric: true });
  const keyed = bodies.map((body) => ({ body, key: sortKey(body, column) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    if (typeof a.key === "number" && typeof b.key === "number") return direction * (a.key - b.key);
    return direction * collator.compare(String(a.key), String(b.key));
  });
  runs?.append(...keyed.map(({ body }) => body));
}

for (const button of runs?.querySelectorAll("button") ?? []) {
  button.disabled = false;
  button.addEventListener("click", () => {
    const heading = button.closest("th");
    const direction = heading?.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of runs?.querySelectorAll("th[aria-sort]") ?? []) other.removeAttribute("aria-sort");
    heading?.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
    sortRuns(Number(button.dataset.column), direction);
  });
}

document.querySelector(".download")?.addEventListener("click", () => {
  const text = document.getElementById("report-data")?.textContent ?? "";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = `cairn-${report.lab.replace(/[^\w-]+/g, "-")}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
});

document.querySelector(".theme")?.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
