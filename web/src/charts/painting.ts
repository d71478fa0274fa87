import type { Line, Range } from "./line.ts";

/** A line as it is drawn: `y` is smoothed, `raw` what it was smoothed from; null where nothing was. */
export interface Drawn extends Line {
  readonly raw: readonly (number | null)[] | null;
}

/** Where values lie on a canvas: `width` × `height` device pixels for the ranges; `ratio` device pixels to a CSS pixel. */
export interface Frame {
  readonly x: Range;
  readonly y: Range;
  readonly logarithmic: boolean;
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

type Place = (value: number) => number;

function acrossOf({ x: [low, high], width }: Frame): Place {
  const scale = width / (high - low || 1);
  return (value) => (value - low) * scale;
}

function downOf({ y: [low, high], height, logarithmic }: Frame): Place {
  if (!logarithmic) {
    const scale = height / (high - low || 1);
    return (value) => height - (value - low) * scale;
  }
  const bottom = Math.log10(low);
  const scale = height / (Math.log10(high) - bottom || 1);
  // What a logarithmic axis has no place for is far below the frame.
  return (value) => (value > 0 ? height - (Math.log10(value) - bottom) * scale : height * 4);
}

/** The polyline through the points that have a value; a gap where one has none, a dot where one stands alone. */
function trace(
  context: CanvasRenderingContext2D,
  x: readonly number[],
  y: readonly (number | null)[],
  across: Place,
  down: Place,
  dot: number,
): void {
  context.beginPath();
  let length = 0;
  for (let i = 0; i < x.length; i += 1) {
    const value = y[i];
    if (value === null || value === undefined) {
      length = 0;
      continue;
    }
    const left = across(x[i] ?? 0);
    const top = down(value);
    const next = y[i + 1];
    if (length === 0) context.moveTo(left, top);
    else context.lineTo(left, top);
    // A line of length 0 is not drawn, so a point alone is drawn as a short one.
    if (length === 0 && (next === null || next === undefined)) context.lineTo(left + dot, top);
    length += 1;
  }
  context.stroke();
}

/** From the least to the largest of what each point stands for. */
function band(context: CanvasRenderingContext2D, line: Drawn, across: Place, down: Place): void {
  let start = 0;
  while (start < line.x.length) {
    let end = start;
    while (end < line.x.length && line.low[end] !== null && line.high[end] !== null) end += 1;
    if (end - start > 1) {
      context.beginPath();
      for (let i = start; i < end; i += 1) context.lineTo(across(line.x[i] ?? 0), down(line.high[i] ?? 0));
      for (let i = end - 1; i >= start; i -= 1) context.lineTo(across(line.x[i] ?? 0), down(line.low[i] ?? 0));
      context.fill();
    }
    start = end + 1;
  }
}

/** A cross at the bottom for NaN, a triangle at the edge that an infinity went out by. */
function marks(context: CanvasRenderingContext2D, line: Drawn, frame: Frame, across: Place): void {
  const size = 4 * frame.ratio;
  for (const { x, value } of line.marks) {
    const left = across(x);
    if (left < -size || left > frame.width + size) continue;
    const top = value === "Infinity" ? size * 1.5 : frame.height - size * 1.5;
    context.beginPath();
    if (value === "NaN") {
      context.moveTo(left - size, top - size);
      context.lineTo(left + size, top + size);
      context.moveTo(left + size, top - size);
      context.lineTo(left - size, top + size);
    } else {
      const tip = value === "Infinity" ? -size : size;
      context.moveTo(left - size, top - tip);
      context.lineTo(left + size, top - tip);
      context.lineTo(left, top + tip);
      context.closePath();
    }
    context.stroke();
  }
}

export interface Strokes {
  readonly color: string;
  /** CSS pixels. */
  readonly width: number;
  readonly alpha: number;
  readonly band: boolean;
}

export function paintLine(context: CanvasRenderingContext2D, line: Drawn, frame: Frame, strokes: Strokes): void {
  const across = acrossOf(frame);
  const down = downOf(frame);
  context.strokeStyle = strokes.color;
  context.fillStyle = strokes.color;
  context.lineJoin = "round";
  context.lineCap = "round";
  if (strokes.band && line.sampled) {
    context.globalAlpha = 0.14;
    band(context, line, across, down);
  }
  if (line.raw !== null) {
    context.globalAlpha = 0.22 * strokes.alpha;
    context.lineWidth = frame.ratio;
    trace(context, line.x, line.raw, across, down, frame.ratio);
  }
  context.globalAlpha = strokes.alpha;
  context.lineWidth = strokes.width * frame.ratio;
  trace(context, line.x, line.y, across, down, frame.ratio);
  context.lineWidth = 1.5 * frame.ratio;
  marks(context, line, frame, across);
  context.globalAlpha = 1;
}
