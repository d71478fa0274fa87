/**
 * A stage graph drawn in layers, left to right. A stage stands one layer after the last of those it needs; within a
 * layer, stages are ordered by the middle of their neighbours (the barycentre rule of Sugiyama, Tagawa & Toda 1981),
 * swept forth and back. Edges that span several layers pass through places of their own, so that they cross no stage.
 * Pure.
 */

export interface Stage {
  readonly stage: string;
  readonly needs: readonly string[];
}

export interface Placed {
  readonly stage: string;
  /** Layer, and the place within it: 0 is the middle line, 1 is one row below. */
  readonly column: number;
  readonly row: number;
}

export interface Route {
  readonly from: string;
  readonly to: string;
  /** Columns and rows that it passes, ends included. */
  readonly points: readonly { readonly column: number; readonly row: number }[];
}

export interface Layout {
  readonly stages: readonly Placed[];
  readonly routes: readonly Route[];
  readonly columns: number;
  /** The topmost and the lowest row. */
  readonly rows: readonly [number, number];
}

interface Node {
  readonly id: string;
  readonly column: number;
  /** Ids in the columns beside. */
  readonly before: string[];
  readonly after: string[];
}

const sweeps = 8;

export function layoutOf(stages: readonly Stage[]): Layout {
  const columnOf = columnsOf(stages);
  const edges = essentialEdges(stages);
  const nodes = new Map<string, Node>(
    stages.map(({ stage }) => [stage, { id: stage, column: columnOf.get(stage) ?? 0, before: [], after: [] }]),
  );
  const paths = edges.map(({ from, to }) => ({ from, to, path: threaded(nodes, from, to) }));
  const layers = layersOf([...nodes.values()]);
  for (let i = 0; i < sweeps; i++) sortBy(layers, i % 2 === 0 ? "before" : "after");
  const rowOf = rowsOf(layers);
  const place = (id: string) => ({ column: nodes.get(id)?.column ?? 0, row: rowOf.get(id) ?? 0 });
  const rows = [...rowOf.values()];
  return {
    stages: stages.map(({ stage }) => ({ stage, ...place(stage) })),
    routes: paths.map(({ from, to, path }) => ({ from, to, points: path.map(place) })),
    columns: layers.length,
    rows: [Math.min(0, ...rows), Math.max(0, ...rows)],
  };
}

/** A need that another need brings along is not drawn: what flows from `corpus` through `tokenizer` is one line. */
function essentialEdges(stages: readonly Stage[]): readonly { readonly from: string; readonly to: string }[] {
  const ancestors = ancestorsOf(stages);
  return stages.flatMap(({ stage, needs }) =>
    needs
      .filter((need) => ancestors.has(need) && !needs.some((other) => ancestors.get(other)?.has(need)))
      .map((need) => ({ from: need, to: stage })),
  );
}

/** Everything that a stage needs, directly or not. */
export function ancestorsOf(stages: readonly Stage[]): ReadonlyMap<string, ReadonlySet<string>> {
  const needsOf = new Map(stages.map(({ stage, needs }) => [stage, needs]));
  const found = new Map<string, ReadonlySet<string>>();
  const visit = (stage: string): ReadonlySet<string> => {
    const known = found.get(stage);
    if (known !== undefined) return known;
    const needs = (needsOf.get(stage) ?? []).filter((need) => needsOf.has(need));
    const all = new Set(needs.flatMap((need) => [need, ...visit(need)]));
    found.set(stage, all);
    return all;
  };
  for (const { stage } of stages) visit(stage);
  return found;
}

function columnsOf(stages: readonly Stage[]): ReadonlyMap<string, number> {
  const needsOf = new Map(stages.map(({ stage, needs }) => [stage, needs]));
  const columns = new Map<string, number>();
  const columnOf = (stage: string): number => {
    const known = columns.get(stage);
    if (known !== undefined) return known;
    const needs = (needsOf.get(stage) ?? []).filter((need) => needsOf.has(need));
    const column = needs.length === 0 ? 0 : 1 + Math.max(...needs.map(columnOf));
    columns.set(stage, column);
    return column;
  };
  for (const { stage } of stages) columnOf(stage);
  return columns;
}

/** The ids along an edge; places in the layers between are added to `nodes`. */
function threaded(nodes: Map<string, Node>, from: string, to: string): readonly string[] {
  const [start, end] = [nodes.get(from)?.column ?? 0, nodes.get(to)?.column ?? 0];
  const between = Array.from({ length: Math.max(0, end - start - 1) }, (_, i) => {
    const id = `${from}\n${to}\n${i}`;
    nodes.set(id, { id, column: start + 1 + i, before: [], after: [] });
    return id;
  });
  const path = [from, ...between, to];
  for (const [i, id] of path.slice(1).entries()) {
    const previous = path[i] ?? from;
    nodes.get(previous)?.after.push(id);
    nodes.get(id)?.before.push(previous);
  }
  return path;
}

function layersOf(nodes: readonly Node[]): Node[][] {
  const last = Math.max(0, ...nodes.map(({ column }) => column));
  return Array.from({ length: last + 1 }, (_, column) => nodes.filter((node) => node.column === column));
}

function sortBy(layers: Node[][], side: "before" | "after"): void {
  const places = new Map(layers.flatMap((layer) => layer.map(({ id }, i) => [id, i - (layer.length - 1) / 2])));
  const order = side === "before" ? layers : layers.toReversed();
  for (const layer of order) {
    const middle = (node: Node) => {
      const around = node[side].map((id) => places.get(id) ?? 0);
      return around.length === 0 ? (places.get(node.id) ?? 0) : around.reduce((sum, at) => sum + at, 0) / around.length;
    };
    const wanted = new Map(layer.map((node) => [node.id, middle(node)]));
    layer.sort((a, b) => (wanted.get(a.id) ?? 0) - (wanted.get(b.id) ?? 0));
    for (const [i, { id }] of layer.entries()) places.set(id, i - (layer.length - 1) / 2);
  }
}

/** Each layer is centred on the middle line. */
function rowsOf(layers: readonly (readonly Node[])[]): ReadonlyMap<string, number> {
  return new Map(layers.flatMap((layer) => layer.map(({ id }, i) => [id, i - (layer.length - 1) / 2])));
}
