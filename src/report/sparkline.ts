/** A line of small bars, as high as the values are beside the largest: amounts, so the foot of the bars is zero. */

const bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** One character a value; `top` is what the highest bar stands for. */
export function sparkline(values: readonly number[], top = Math.max(...values)): string {
  const height = (value: number) => Math.round((value / top) * (bars.length - 1));
  return values.map((value) => bars[top > 0 ? Math.min(bars.length - 1, Math.max(0, height(value))) : 0]).join("");
}
