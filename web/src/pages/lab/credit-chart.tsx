import { useTranslation } from "react-i18next";
import { linearScale, padded } from "../../../../src/report/scale.ts";
import { useFormat } from "../../format.ts";
import classes from "./lab.module.css";
import type { Stack } from "./shares.ts";

export interface CreditChartProps {
  readonly stack: Stack;
  readonly width: number;
  readonly color: (name: string) => string;
}

const [height, left, right, top, bottom] = [240, 40, 12, 12, 28];

/** Credit after each landing, a layer a person, in steps: between two landings nothing is earned. */
export function CreditChart({ stack: { landings, bands, low, high }, width, color }: CreditChartProps) {
  const { t } = useTranslation("lab");
  const format = useFormat();
  // Before the first landing there is nothing; after the last, it stays until now.
  const x = linearScale([0.7, landings.length + 1], [left, width - right]);
  const y = linearScale(padded(low, high, 0.04), [height - bottom, top]);
  const words = bands.map(({ name, layers }) => {
    const last = layers.at(-1);
    return `${name} ${format.signed(Number(((last?.to ?? 0) - (last?.from ?? 0)).toFixed(1)))}`;
  });
  const every = Math.ceil(landings.length / Math.max(1, Math.floor(width / 90)));
  return (
    <svg
      width={width}
      height={height}
      className={classes.chart}
      role="img"
      aria-label={`${t("people.title")}. ${words.join("; ")}`}
    >
      {y.ticks(5).map((tick) => (
        <g key={tick}>
          <line
            className={tick === 0 ? classes.zero : classes.grid}
            x1={left}
            x2={width - right}
            y1={y.at(tick)}
            y2={y.at(tick)}
          />
          <text className={classes.tick} x={left - 6} y={y.at(tick) + 4} textAnchor="end">
            {format.number(tick)}
          </text>
        </g>
      ))}
      {bands.map(({ name, layers }) => (
        <path key={name} fill={color(name)} className={classes.layer} d={layerPath(layers, x.at, y.at)}>
          <title>{name}</title>
        </path>
      ))}
      {landings.map(({ landing, at }, i) =>
        i % every === 0 ? (
          <text key={landing} className={classes.tick} x={x.at(i + 1)} y={height - 9} textAnchor="middle">
            {landings.length > 6 ? landing : `${t("history.landing", { landing })}, ${format.day(at)}`}
          </text>
        ) : null,
      )}
    </svg>
  );
}

type Layers = Stack["bands"][number]["layers"];
type At = (value: number) => number;

/** Along the top from step to step, and back along the bottom. */
function layerPath(layers: Layers, x: At, y: At): string {
  const steps = (value: (layer: Layers[number]) => number) =>
    layers.flatMap((layer, i) => [
      [x(i + 1), y(value(layer))],
      [x(i + 2), y(value(layer))],
    ]);
  const points = [...steps(({ to }) => to), ...steps(({ from }) => from).reverse()];
  return `M${points.map(([px = 0, py = 0]) => `${px.toFixed(1)} ${py.toFixed(1)}`).join("L")}Z`;
}
