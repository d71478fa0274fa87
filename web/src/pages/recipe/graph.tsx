// biome-ignore-all lint/a11y/useSemanticElements: a drawing has no fieldset.
import { type KeyboardEvent, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Recipe } from "../../../../src/api/lab.ts";
import { useFormat } from "../../format.ts";
import { ancestorsOf, type Layout, layoutOf, type Placed, type Route } from "./layout.ts";
import classes from "./recipe.module.css";
import { Ring } from "./ring.tsx";
import { cachedShare, type RecipeStage } from "./stages.ts";

export interface GraphProps {
  readonly recipe: Recipe;
  readonly width: number;
  /** A stage's name, or empty. */
  readonly chosen: string;
  readonly choose: (stage: string) => void;
}

interface Frame {
  readonly node: { readonly width: number; readonly height: number };
  readonly column: number;
  readonly row: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const nodeHeight = 76;
const [leastNode, mostNode, gap] = [136, 190, 26];

/** Columns share the width; where they would be too narrow the drawing is wider than its place, and scrolls. */
function frameOf({ columns, rows }: Layout, width: number): Frame {
  const column = Math.max(leastNode + gap, Math.min(mostNode + 90, (width - 8 + gap) / columns));
  const node = { width: Math.min(mostNode, column - gap), height: nodeHeight };
  const row = nodeHeight + 26;
  const [first, last] = rows;
  return {
    node,
    column,
    row,
    top: nodeHeight / 2 + 8 - first * row,
    width: column * (columns - 1) + node.width + 4,
    // Lines to stages further on bend below.
    height: (last - first) * row + nodeHeight + 16 + 34,
  };
}

/** The stages as boxes, left to right, with the lines of what they need. */
export function Graph({ recipe, width, chosen, choose }: GraphProps) {
  const { t } = useTranslation("recipe");
  const svg = useRef<SVGSVGElement>(null);
  const layout = useMemo(() => layoutOf(recipe.stages), [recipe.stages]);
  const frame = frameOf(layout, width);
  const related = useMemo(() => relatedTo(recipe, chosen), [recipe, chosen]);
  const walk = (event: KeyboardEvent, from: string) => {
    const next = neighbourOf(layout, from, event.key);
    if (next === null) return;
    event.preventDefault();
    svg.current?.querySelector<SVGGElement>(`[data-stage="${CSS.escape(next)}"]`)?.focus();
  };
  return (
    <div className={classes.scroll}>
      <svg
        ref={svg}
        width={frame.width}
        height={frame.height}
        className={classes.graph}
        role="group"
        aria-label={t("graphLabel")}
      >
        {layout.routes.map((route) => (
          <path
            key={`${route.from} ${route.to}`}
            className={classes.edge}
            data-lit={related?.has(route.from) === true && related.has(route.to)}
            d={pathOf(route, frame)}
          />
        ))}
        {impliedNeeds(layout, recipe, chosen).map(([from, to]) => (
          <path key={`${from.stage} ${to.stage}`} className={classes.implied} d={bendOf(from, to, frame)} />
        ))}
        {layout.stages.map((placed) => {
          const stage = recipe.stages.find((it) => it.stage === placed.stage);
          return stage === undefined ? null : (
            <Node
              key={placed.stage}
              stage={stage}
              placed={placed}
              frame={frame}
              chosen={chosen === placed.stage}
              dimmed={related !== null && !related.has(placed.stage)}
              choose={choose}
              walk={walk}
            />
          );
        })}
      </svg>
    </div>
  );
}

/** The chosen stage with all that it needs and all that need it; null: none is chosen. */
function relatedTo({ stages }: Recipe, chosen: string): ReadonlySet<string> | null {
  if (!stages.some(({ stage }) => stage === chosen)) return null;
  const ancestors = ancestorsOf(stages);
  const after = stages.map(({ stage }) => stage).filter((stage) => ancestors.get(stage)?.has(chosen));
  return new Set([chosen, ...(ancestors.get(chosen) ?? []), ...after]);
}

/** What the chosen stage reads from directly, although another line leads there too; and what so reads from it. */
function impliedNeeds(layout: Layout, { stages }: Recipe, chosen: string): readonly (readonly [Placed, Placed])[] {
  const drawn = new Set(layout.routes.map(({ from, to }) => `${from}\n${to}`));
  const placeOf = new Map(layout.stages.map((placed) => [placed.stage, placed]));
  return stages.flatMap(({ stage, needs }) =>
    needs.flatMap((need) => {
      const [from, to] = [placeOf.get(need), placeOf.get(stage)];
      const concerned = (stage === chosen || need === chosen) && !drawn.has(`${need}\n${stage}`);
      return concerned && from !== undefined && to !== undefined ? [[from, to] as const] : [];
    }),
  );
}

function centreOf({ column, row }: { readonly column: number; readonly row: number }, frame: Frame) {
  return { x: column * frame.column + frame.node.width / 2 + 2, y: frame.top + row * frame.row };
}

function pathOf({ points }: Route, frame: Frame): string {
  const half = frame.node.width / 2;
  const places = points.map((point) => centreOf(point, frame));
  const parts = places.slice(1).map((to, i) => {
    const from = places[i] ?? to;
    const [x1, x2] = [from.x + (i === 0 ? half : 0), to.x - (i === places.length - 2 ? half : 0)];
    const bend = (x2 - x1) / 2;
    return `${i === 0 ? `M${x1} ${from.y}` : ""}C${x1 + bend} ${from.y} ${x2 - bend} ${to.y} ${x2} ${to.y}`;
  });
  return parts.join("");
}

/** Under the boxes, so that it is not taken for the lines between neighbours. */
function bendOf(from: Placed, to: Placed, frame: Frame): string {
  const [start, end] = [centreOf(from, frame), centreOf(to, frame)];
  const low = Math.max(start.y, end.y) + nodeHeight / 2 + 26;
  const [y1, y2] = [start.y + nodeHeight / 2, end.y + nodeHeight / 2];
  return `M${start.x} ${y1}C${start.x} ${low} ${start.x + 30} ${low} ${start.x + 60} ${low}L${end.x - 60} ${low}C${end.x - 30} ${low} ${end.x} ${low} ${end.x} ${y2}`;
}

/** Left and right along the columns, up and down within one. */
function neighbourOf({ stages }: Layout, from: string, key: string): string | null {
  const here = stages.find(({ stage }) => stage === from);
  if (here === undefined) return null;
  const column = here.column + (key === "ArrowRight" || key === "l" ? 1 : key === "ArrowLeft" || key === "h" ? -1 : 0);
  const down = key === "ArrowDown" || key === "j" ? 1 : key === "ArrowUp" || key === "k" ? -1 : 0;
  if (column === here.column && down === 0) return null;
  const wanted = here.row + down;
  const candidates = stages.filter(
    (it) => it.column === column && it.stage !== from && (down === 0 || (it.row - here.row) * down > 0),
  );
  const nearest = candidates.toSorted((a, b) => Math.abs(a.row - wanted) - Math.abs(b.row - wanted))[0];
  return nearest?.stage ?? null;
}

interface NodeProps {
  readonly stage: RecipeStage;
  readonly placed: Placed;
  readonly frame: Frame;
  readonly chosen: boolean;
  readonly dimmed: boolean;
  readonly choose: (stage: string) => void;
  readonly walk: (event: KeyboardEvent, from: string) => void;
}

function Node({ stage, placed, frame, chosen, dimmed, choose, walk }: NodeProps) {
  const { t } = useTranslation("recipe");
  const format = useFormat();
  const { x, y } = centreOf(placed, frame);
  const { width, height } = frame.node;
  const share = cachedShare(stage);
  const marked = stage.running > 0 || stage.failed > 0;
  const time = stage.seconds === null ? t("neverRun") : format.duration(stage.seconds.mean);
  const words = [
    stage.stage,
    time,
    ...(share === null ? [] : [t("cachedShare", { share: format.probability(share) })]),
    ...(stage.running === 0 ? [] : [t("running", { count: stage.running })]),
    ...(stage.failed === 0 ? [] : [t("failedCount", { count: stage.failed })]),
  ].join(", ");
  return (
    <g
      role="button"
      tabIndex={0}
      className={classes.node}
      data-stage={stage.stage}
      data-chosen={chosen}
      data-dimmed={dimmed}
      aria-pressed={chosen}
      transform={`translate(${x - width / 2} ${y - height / 2})`}
      onClick={() => choose(stage.stage)}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          choose(stage.stage);
        } else walk(event, stage.stage);
      }}
    >
      <title>{words}</title>
      <rect className={classes.body} width={width} height={height} rx={8} />
      <text className={classes.title} x={marked ? 26 : 14} y={25}>
        {stage.stage}
      </text>
      {stage.running === 0 ? null : (
        <g transform="translate(14 20)">
          <circle className={classes.pulse} r={4} />
          <circle className={classes.live} r={4} />
        </g>
      )}
      {stage.failed === 0 || stage.running > 0 ? null : <path className={classes.failed} d="M10 16l8 8m0-8l-8 8" />}
      <Ring x={width - 20} y={20} radius={8} share={share} />
      <text className={classes.number} x={14} y={47}>
        {time}
      </text>
      <text className={classes.dim} x={14} y={63}>
        {stage.executed === 0 ? "" : format.deviceTime(stage.coreSeconds)}
      </text>
    </g>
  );
}

/** What the marks in the boxes mean. */
export function GraphKey() {
  const { t } = useTranslation("recipe");
  return (
    <ul className={classes.key} aria-label={t("key")}>
      <li>
        <svg width={22} height={22} aria-hidden="true">
          <Ring x={11} y={11} radius={8} share={0.4} />
        </svg>
        {t("keyRing")}
      </li>
      <li>
        <svg width={12} height={12} aria-hidden="true">
          <circle className={classes.live} cx={6} cy={6} r={4} />
        </svg>
        {t("keyRunning")}
      </li>
      <li>
        <svg width={12} height={12} aria-hidden="true">
          <path className={classes.failed} d="M2 2l8 8m0-8l-8 8" />
        </svg>
        {t("keyFailed")}
      </li>
    </ul>
  );
}
