/** What is seen, made into text and pictures for elsewhere. */

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/**
 * Puts a text on the clipboard. Browsers have none for pages that came over plain HTTP from another machine, as from a
 * team's server in its own network; there the old way still works.
 *
 * @param text may be on its way still. A click's permission to write is gone soon: it is used at once all the same.
 * @throws when neither is allowed, or the text does not come.
 */
export async function writeClipboard(text: string | Promise<string>): Promise<void> {
  if (window.isSecureContext) {
    if (typeof text === "string" || !("ClipboardItem" in window)) return navigator.clipboard.writeText(await text);
    const content = text.then((all) => new Blob([all], { type: "text/plain" }));
    return navigator.clipboard.write([new ClipboardItem({ "text/plain": content })]);
  }
  const field = document.createElement("textarea");
  field.value = await text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  // Inside a dialog the focus is kept: the field has to be there too.
  const place = document.activeElement?.closest("[role=dialog]") ?? document.body;
  place.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("The browser does not allow copying here.");
}

/** RFC 4180; a text that a spreadsheet would take for a formula is made harmless by an apostrophe. */
export function csvOf({ head, rows }: Table): string {
  return [head, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n");
}

function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function markdownOf({ head, rows }: Table): string {
  const line = (cells: readonly (string | number | null)[]) => `| ${cells.map(markdownCell).join(" | ")} |`;
  const isNumeric = head.map((_, column) =>
    rows.every((row) => typeof row[column] === "number" || row[column] === null),
  );
  const rule = `|${isNumeric.map((numeric) => (numeric ? " ---: " : " --- ")).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

function markdownCell(value: string | number | null): string {
  return value === null
    ? ""
    : String(value)
        .replaceAll(/([\\|`*_<[\]])/g, "\\$1")
        .replaceAll(/\r?\n/g, " ");
}

/** Device pixels a CSS pixel, so that the picture is sharp in a paper or a chat. */
const sharpness = 2;

/** @param holder the SVG or canvas itself, or an element with one inside */
export async function pngOf(holder: Element): Promise<Blob> {
  const canvas = holder instanceof HTMLCanvasElement ? holder : holder.querySelector("canvas");
  if (canvas !== null) return blobOf(canvas);
  const svg = holder instanceof SVGSVGElement ? holder : holder.querySelector("svg");
  if (svg === null) throw new Error("There is no picture to copy.");
  return blobOf(await drawn(svg));
}

function blobOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error("The picture could not be made.")) : resolve(blob)));
  });
}

/** Draws an SVG by itself: what style sheets say of it is written into a copy first. */
async function drawn(svg: SVGSVGElement): Promise<HTMLCanvasElement> {
  const { width, height } = svg.getBoundingClientRect();
  const copy = selfContained(svg, width, height);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * sharpness);
  canvas.height = Math.round(height * sharpness);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("The picture could not be made.");
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

const drawnProperties = [
  ...["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-opacity"],
  ...["opacity", "font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline", "color", "visibility"],
];

function selfContained(svg: SVGSVGElement, width: number, height: number): Node {
  const copy = svg.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) return copy;
  const originals = [svg, ...svg.querySelectorAll("*")];
  for (const [at, element] of [copy, ...copy.querySelectorAll("*")].entries()) {
    const original = originals[at];
    if (original === undefined || !(element instanceof SVGElement)) continue;
    const style = getComputedStyle(original);
    for (const property of drawnProperties) element.style.setProperty(property, style.getPropertyValue(property));
  }
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return copy;
}
