import { Checkbox, NativeSelect } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Report } from "../../../../../src/api/report.ts";
import { goodDirection } from "../../../../../src/report/view.ts";
import { EmptyState } from "../../../components/states.tsx";
import { type Format, useFormat } from "../../../format.ts";
import { useUrlState } from "../../../url-state.ts";
import { Figure } from "../figure.tsx";
import { unitOf } from "../report.ts";
import type { Region, Scene } from "./chart.ts";
import { Combinations } from "./combinations.tsx";
import { type Dot, dotsOf, frontOf, isInside } from "./front.ts";
import classes from "./scatter.module.css";
import { Scatter } from "./scatter.tsx";

/** Every measured combination on two objectives. */
export function TradeOffs({ report }: { readonly report: Report }) {
  const { t } = useTranslation("evidence");
  const format = useFormat();
  const names = report.objectives.map(({ name }) => name);
  const [x, setX] = useObjective("x", names, 0);
  const [y, setY] = useObjective("y", names, 1);
  const [log, setLog] = useUrlState("log");
  const [region, setRegion] = useRegion();
  const [looked, setLooked] = useState<string | null>(null);
  const [picked, setPicked] = useState<string | null>(null);
  const brushable = !useMediaQuery("(pointer: coarse)");
  const dots = useMemo(() => dotsOf(report, x, y), [report, x, y]);
  const canLog = dots.length > 0 && dots.every((dot) => dot.x.mean > 0 && dot.y.mean > 0);
  const logarithmic = log === "1" && canLog;
  const scene = useMemo<Scene>(
    () => ({
      dots,
      front: frontOf(report, dots, x, y),
      x: { title: axisTitle(report, x, "→", "←"), logarithmic, write: format.number },
      y: { title: axisTitle(report, y, "↑", "↓"), logarithmic, write: format.number },
      region,
      brushable,
      looked: looked ?? picked,
    }),
    [report, dots, x, y, logarithmic, format, region, brushable, looked, picked],
  );
  if (report.points.length === 0) return <EmptyState title={t("tradeoffs.none")}>{t("tradeoffs.noneHelp")}</EmptyState>;
  if (names.length < 2) return <EmptyState title={t("tradeoffs.one")}>{t("tradeoffs.oneHelp")}</EmptyState>;
  const shown = region === null ? dots : dots.filter((dot) => isInside(dot, region));
  const spoken = [(dot: Dot) => dot.key === (looked ?? picked), isRole("recommended"), isRole("baseline")]
    .map((is) => dots.find(is))
    .find((dot) => dot !== undefined);
  return (
    <Figure
      title={t("tradeoffs.title", { x, y })}
      note={`${t("tradeoffs.note")} ${brushable ? t("tradeoffs.drag") : ""}`}
      controls={
        <>
          <NativeSelect
            label={t("tradeoffs.x")}
            value={x}
            data={names}
            onChange={(event) => setX(event.currentTarget.value)}
          />
          <NativeSelect
            label={t("tradeoffs.y")}
            value={y}
            data={names}
            onChange={(event) => setY(event.currentTarget.value)}
          />
          <Checkbox
            label={t("tradeoffs.log")}
            checked={logarithmic}
            disabled={!canLog}
            onChange={(event) => setLog(event.currentTarget.checked ? "1" : "")}
            mb={6}
          />
        </>
      }
      table={() =>
        tableOf(dots, x, y, t("tradeoffs.nothing"), [
          t("tradeoffs.combination"),
          t("runs"),
          t("low"),
          t("high"),
          t("utility"),
        ])
      }
      name={`trade-offs-${x}-${y}`}
      below={
        <div className={classes.below}>
          <RolesKey />
          <p className={classes.readout} aria-live="polite">
            {spoken === undefined ? t("tradeoffs.hover") : <Readout dot={spoken} x={x} y={y} report={report} />}
          </p>
          <Combinations
            report={report}
            dots={shown}
            total={dots.length}
            x={x}
            y={y}
            looked={looked ?? picked}
            look={setLooked}
            clear={region === null ? null : () => setRegion(null)}
          />
        </div>
      }
    >
      {(width) => (
        <Scatter
          scene={scene}
          width={width}
          label={t("tradeoffs.label", { x, y, count: dots.length })}
          look={setLooked}
          pick={setPicked}
          brush={setRegion}
        />
      )}
    </Figure>
  );
}

function isRole(role: Dot["role"]): (dot: Dot) => boolean {
  return (dot) => dot.role === role;
}

function useObjective(
  param: string,
  names: readonly string[],
  index: number,
): readonly [string, (name: string) => void] {
  const [name, setName] = useUrlState(param);
  return [names.includes(name) ? name : (names[index] ?? ""), setName];
}

/** Kept in the objectives' units, so that it means the same when more combinations come in. */
function useRegion(): readonly [Region | null, (region: Region | null) => void] {
  const [text, setText] = useUrlState("area");
  const region = useMemo(() => {
    const [xLow, xHigh, yLow, yHigh] = text.split("~").map(Number);
    const all = [xLow, xHigh, yLow, yHigh];
    if (xLow === undefined || xHigh === undefined || yLow === undefined || yHigh === undefined) return null;
    return all.every(Number.isFinite) ? ([xLow, xHigh, yLow, yHigh] as const) : null;
  }, [text]);
  return [
    region,
    (next) => setText(next === null ? "" : next.map((at) => String(Number(at.toPrecision(6)))).join("~")),
  ];
}

function axisTitle(report: Report, name: string, up: string, down: string): string {
  const unit = unitOf(report, name);
  return `${name}${unit === null ? "" : ` (${unit})`} ${goodDirection(report, name) > 0 ? up : down}`;
}

function tableOf(dots: readonly Dot[], x: string, y: string, nothing: string, words: readonly string[]) {
  const [combination = "", runs = "", low = "", high = "", utility = ""] = words;
  const on = (name: string) => [name, `${name} ${low}`, `${name} ${high}`];
  return {
    head: [combination, runs, ...on(x), ...on(y), utility],
    rows: dots.map((dot) => [
      dot.point.levels.join(" ") || nothing,
      dot.point.runs,
      ...[dot.x.mean, dot.x.low, dot.x.high, dot.y.mean, dot.y.low, dot.y.high],
      dot.point.utility.mean,
    ]),
  };
}

interface ReadoutProps {
  readonly dot: Dot;
  readonly x: string;
  readonly y: string;
  readonly report: Report;
}

function Readout({ dot, x, y, report }: ReadoutProps) {
  const { t } = useTranslation("evidence");
  const format: Format = useFormat();
  const on = (name: string, value: Dot["x"]) => `${name} ${format.estimate(value, unitOf(report, name))}`;
  return (
    <>
      <b>
        {dot.role === "baseline" || dot.role === "recommended"
          ? t(`tradeoffs.role.${dot.role}`)
          : t("tradeoffs.aCombination", { count: dot.point.levels.length })}
      </b>
      {` · ${on(x, dot.x)} · ${on(y, dot.y)} · ${t("utility")} ${format.difference(dot.point.utility)} · ${t("tradeoffs.runs", { count: dot.point.runs })}`}
      <br />
      {dot.point.levels.length === 0 ? t("tradeoffs.nothing") : dot.point.levels.join(" ")}
    </>
  );
}

const roles = [
  { role: "baseline", shape: <rect x="1.5" y="1.5" width="9" height="9" fill="var(--text)" /> },
  {
    role: "recommended",
    shape: <path d="M6 0 7.7 4.1 12 4.4 8.7 7.2 9.7 11.4 6 9.1 2.3 11.4 3.3 7.2 0 4.4 4.3 4.1Z" fill="var(--land)" />,
  },
  { role: "front", shape: <circle cx="6" cy="6" r="4.5" fill="var(--accent)" /> },
  { role: "other", shape: <circle cx="6" cy="6" r="3.4" fill="var(--dim)" opacity="0.6" /> },
] as const;

function RolesKey() {
  const { t } = useTranslation("evidence");
  return (
    <ul className={classes.key} aria-label={t("key")}>
      {roles.map(({ role, shape }) => (
        <li key={role}>
          <svg className={classes.mark} viewBox="0 0 12 12" aria-hidden="true">
            {shape}
          </svg>
          {t(`tradeoffs.role.${role}`)}
        </li>
      ))}
    </ul>
  );
}
