// biome-ignore-all lint/a11y/useSemanticElements: a drawing has no fieldset.
// biome-ignore-all lint/a11y/noAriaHiddenOnFocusable: what is hidden here cannot be focused.
import { type ReactNode, type RefObject, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useHref, useNavigate } from "react-router";
import { forestDomain, linearScale, type Scale } from "../../../../../src/report/scale.ts";
import { standingWord } from "../../../../../src/report/view.ts";
import { contributionPath } from "../../../components/level-chip.tsx";
import { type Tone, toneOf, useVerdictWords, VerdictMark } from "../../../components/verdict.tsx";
import { useAreaName } from "../../../components/words.ts";
import { useFormat } from "../../../format.ts";
import { usePageKeys } from "../../../keys.ts";
import classes from "../drawing.module.css";
import type { Interval } from "../report.ts";
import { cutTo } from "../text.ts";
import type { EffectRow } from "./order.ts";

/** A forest plot: a row an effect, with its interval over the line of zero and the band of what does not matter. */

export interface ForestProps {
  readonly rows: readonly EffectRow[];
  readonly matters: number;
  readonly direction: 1 | -1;
  readonly unit: string | null;
  /** Headings between the areas. */
  readonly grouped: boolean;
  readonly label: string;
  readonly width: number;
}

interface Frame {
  readonly narrow: boolean;
  readonly nameWidth: number;
  readonly plot: readonly [number, number];
  readonly rowHeight: number;
}

const numbersWidth = 176;
const axisHeight = 22;
const headingHeight = 26;

function frameOf(width: number): Frame {
  const narrow = width < 620;
  const nameWidth = narrow ? width : Math.min(220, width * 0.26);
  const plot: readonly [number, number] = narrow ? [8, width - 8] : [nameWidth + 8, width - numbersWidth];
  return { narrow, nameWidth, plot, rowHeight: narrow ? 46 : 28 };
}

export function Forest({ rows, matters, direction, unit, grouped, label, width }: ForestProps) {
  const svg = useRowKeys();
  const areaName = useAreaName();
  const frame = frameOf(width);
  const scale = linearScale(
    forestDomain(
      rows.map(({ estimate }) => estimate),
      matters,
    ),
    frame.plot,
  );
  const places = placesOf(rows, grouped, frame.rowHeight);
  const height = (places.at(-1)?.bottom ?? axisHeight) + axisHeight;
  return (
    <svg ref={svg} width={width} height={height} className={classes.drawing} role="group" aria-label={label}>
      <Ground scale={scale} matters={matters} frame={frame} bottom={height - axisHeight} />
      <Axis scale={scale} y={14} narrow={frame.narrow} />
      <Axis scale={scale} y={height - 7} narrow={frame.narrow} />
      {places.map(({ row, heading, top }) => (
        <g key={row.level}>
          {heading === null ? null : (
            <text className={classes.heading} x={frame.narrow ? 8 : 0} y={top - 8}>
              {heading === "" ? "" : areaName(heading)}
            </text>
          )}
          <Row row={row} top={top} frame={frame} scale={scale} direction={direction} unit={unit} width={width} />
        </g>
      ))}
    </svg>
  );
}

/** j and k, and the arrows, from row to row. */
function useRowKeys(): RefObject<SVGSVGElement | null> {
  const svg = useRef<SVGSVGElement>(null);
  usePageKeys((key) => {
    const links = [...(svg.current?.querySelectorAll("a") ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    const step =
      key === "j" || (at >= 0 && key === "ArrowDown") ? 1 : key === "k" || (at >= 0 && key === "ArrowUp") ? -1 : 0;
    if (step === 0) return false;
    links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
    return true;
  });
  return svg;
}

interface Place {
  readonly row: EffectRow;
  readonly heading: string | null;
  readonly top: number;
  readonly bottom: number;
}

function placesOf(rows: readonly EffectRow[], grouped: boolean, rowHeight: number): readonly Place[] {
  let y = axisHeight;
  return rows.map((row, i) => {
    const heading = grouped && rows[i - 1]?.area !== row.area ? row.area : null;
    const top = y + (heading === null ? 0 : headingHeight);
    y = top + rowHeight;
    return { row, heading, top, bottom: y };
  });
}

function Ground({ scale, matters, frame, bottom }: GroundProps) {
  const [left, right] = [scale.at(-matters), scale.at(matters)];
  const x = Math.max(frame.plot[0], left);
  return (
    <g aria-hidden="true">
      <rect
        className={classes.band}
        x={x}
        y={axisHeight}
        width={Math.max(1, Math.min(frame.plot[1], right) - x)}
        height={bottom - axisHeight}
      />
      <line className={classes.zero} x1={scale.at(0)} x2={scale.at(0)} y1={axisHeight} y2={bottom} />
    </g>
  );
}

interface GroundProps {
  readonly scale: Scale;
  readonly matters: number;
  readonly frame: Frame;
  readonly bottom: number;
}

function Axis({ scale, y, narrow }: { readonly scale: Scale; readonly y: number; readonly narrow: boolean }) {
  const format = useFormat();
  return (
    <g aria-hidden="true">
      {scale.ticks(narrow ? 4 : 6).map((tick) => (
        <text key={tick} className={classes.tick} x={scale.at(tick)} y={y} textAnchor="middle">
          {format.number(tick)}
        </text>
      ))}
    </g>
  );
}

interface RowProps {
  readonly row: EffectRow;
  readonly top: number;
  readonly frame: Frame;
  readonly scale: Scale;
  readonly direction: 1 | -1;
  readonly unit: string | null;
  readonly width: number;
}

function Row({ row, top, frame, scale, direction, unit, width }: RowProps) {
  const format = useFormat();
  const verdicts = useVerdictWords();
  const { narrow, rowHeight, nameWidth } = frame;
  const standing = standingWord(row.estimate, direction);
  const middle = narrow ? top + 32 : top + rowHeight / 2;
  const words = [
    `${row.level}: ${row.title}`,
    format.difference(row.estimate, unit),
    ...(row.verdict === null ? [] : [verdicts.label(row.verdict)]),
  ].join(", ");
  return (
    <ContributionLink level={row.level}>
      <title>{words}</title>
      <rect className={classes.hit} x={0} y={top} width={width} height={rowHeight} rx={4} />
      <text className={classes.name} x={8} y={narrow ? top + 18 : middle + 4.5}>
        {cutTo(row.level, narrow ? width - 190 : nameWidth - 12, 13)}
      </text>
      <IntervalMark estimate={row.estimate} scale={scale} plot={frame.plot} y={middle} standing={standing}>
        <Mark tone={row.verdict === null ? "undecided" : toneOf(row.verdict)} landed={row.verdict?.kind === "landed"} />
      </IntervalMark>
      <text
        className={classes.number}
        data-standing={standing}
        x={width - 8}
        y={narrow ? top + 18 : middle + 4.5}
        textAnchor="end"
      >
        {format.mean(row.estimate)}
        <tspan className={classes.range} dx={6}>
          {format.range(row.estimate)}
        </tspan>
      </text>
    </ContributionLink>
  );
}

interface ContributionLinkProps {
  readonly level: string;
  /** Its name is in a `title`. */
  readonly children: ReactNode;
}

/** A link inside a drawing: the router follows a plain click, the browser does the rest. */
export function ContributionLink({ level, children }: ContributionLinkProps) {
  const to = contributionPath(level);
  const href = useHref(to);
  const navigate = useNavigate();
  return (
    <a
      href={href}
      className={classes.link}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}

export interface IntervalMarkProps {
  readonly estimate: Interval;
  readonly scale: Scale;
  readonly plot: readonly [number, number];
  readonly y: number;
  readonly standing: "better" | "worse" | "unsure";
  readonly children: ReactNode;
}

/** An interval with its mark; where it goes on past the plot it ends in an arrow. */
export function IntervalMark({ estimate, scale, plot, y, standing, children }: IntervalMarkProps) {
  const [left, right] = plot;
  const clamp = (place: number) => Math.min(right, Math.max(left, place));
  const [from, to] = [scale.at(estimate.low), scale.at(estimate.high)];
  return (
    <g data-standing={standing} className={classes.interval}>
      <line x1={clamp(from)} x2={clamp(to)} y1={y} y2={y} />
      {from < left ? <path d={`M${left + 5} ${y - 4}L${left} ${y}L${left + 5} ${y + 4}`} /> : null}
      {to > right ? <path d={`M${right - 5} ${y - 4}L${right} ${y}L${right - 5} ${y + 4}`} /> : null}
      <g transform={`translate(${clamp(scale.at(estimate.mean))} ${y})`}>{children}</g>
    </g>
  );
}

/** A verdict's mark, its middle at the origin. */
export function Mark({ tone, landed }: { readonly tone: Tone; readonly landed: boolean }) {
  return (
    <g>
      <circle className={classes.behind} r={6.5} />
      <g transform="translate(-5.5 -5.5) scale(1.1)">
        <VerdictMark tone={tone} landed={landed} />
      </g>
    </g>
  );
}

const marks = [
  { word: "land", tone: "land", landed: false },
  { word: "landed", tone: "land", landed: true },
  { word: "undecided", tone: "undecided", landed: false },
  { word: "shelve", tone: "shelve", landed: false },
  { word: "harms", tone: "harm", landed: false },
] as const;

/** What the marks and colours mean. */
export function ForestKey() {
  const { t } = useTranslation(["evidence", "components"]);
  return (
    <ul className={classes.key} aria-label={t("key")}>
      {marks.map(({ word, tone, landed }) => (
        <li key={word}>
          <VerdictMark tone={tone} landed={landed} />
          {t(`components:verdict.${word}`)}
        </li>
      ))}
      {(["better", "worse", "unsure"] as const).map((standing) => (
        <li key={standing}>
          <svg width={18} height={14} className={classes.interval} data-standing={standing} aria-hidden="true">
            <line x1={1} x2={17} y1={7} y2={7} />
          </svg>
          {t(`standing.${standing}`)}
        </li>
      ))}
      <li>
        <svg width={14} height={14} aria-hidden="true">
          <rect className={classes.band} width={14} height={14} rx={2} />
        </svg>
        {t("effects.band")}
      </li>
    </ul>
  );
}
