import { useDebouncedCallback } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { useLocation, useSearchParams } from "react-router";
import { listOf, textOf, withParam } from "../url-state.ts";
import { unzoomed, type Zoom } from "./chart.tsx";
import type { Range } from "./line.ts";

/** Which part of each chart is seen, kept in the URL: `zoom=STAGE/NAME~AXIS~x~x~y~y,…`, nothing for an end that is not bounded. */

const parameter = "zoom";
/** After the last of many small steps. */
const quietMilliseconds = 300;

export function useZoom(chart: string, axis: string): readonly [Zoom, (zoom: Zoom) => void] {
  const [search, setSearch] = useSearchParams();
  const { pathname } = useLocation();
  // A part of one axis is none of another.
  const [seen, setSeen] = useState<{ readonly axis: string; readonly zoom: Zoom } | null>(null);
  const kept = useMemo(() => zoomOf(search, chart, axis), [search, chart, axis]);
  const keep = useDebouncedCallback((along: string, zoom: Zoom) => {
    // By now another page may be there, and the query may say what it did not when this was drawn.
    if (window.location.pathname !== pathname) return;
    setSearch(withZoom(new URLSearchParams(window.location.search), chart, along, zoom), { replace: true });
  }, quietMilliseconds);
  const set = (zoom: Zoom) => {
    setSeen({ axis, zoom });
    keep(axis, zoom);
  };
  return [seen?.axis === axis ? seen.zoom : kept, set];
}

/** What the query says of the chart on this axis. */
export function zoomOf(search: URLSearchParams, chart: string, axis: string): Zoom {
  for (const item of listOf(search.get(parameter) ?? "")) {
    const [name, along, ...ends] = item.split("~");
    if (name === nameOf(chart) && along === axis) return { x: rangeOf(ends[0], ends[1]), y: rangeOf(ends[2], ends[3]) };
  }
  return unzoomed;
}

/** The query with the chart's part in the place of what it said of the chart. */
export function withZoom(search: URLSearchParams, chart: string, axis: string, { x, y }: Zoom): URLSearchParams {
  const name = nameOf(chart);
  const others = listOf(search.get(parameter) ?? "").filter((item) => !item.startsWith(`${name}~`));
  const own = x === null && y === null ? [] : [[name, axis, ...textsOf(x), ...textsOf(y)].join("~")];
  return withParam(search, parameter, textOf([...others, ...own]));
}

function nameOf(chart: string): string {
  return chart.toWellFormed().replaceAll("%", "%25").replaceAll("~", "%7E");
}

function textsOf(range: Range | null): readonly string[] {
  return range === null ? ["", ""] : range.map((end) => String(Number(end.toPrecision(9))));
}

/** null too where the ends are not two numbers, the smaller first. */
function rangeOf(low = "", high = ""): Range | null {
  const [from, to] = [Number(low), Number(high)];
  return low !== "" && high !== "" && from < to && Number.isFinite(to - from) ? [from, to] : null;
}
