/** A part of the calibration: scenarios that are played many times, and the figures that come of it. */
export interface Part {
  readonly name: string;
  readonly about: string;
  readonly scenarios: readonly string[];
  /** Of each scenario, unless the command says otherwise. */
  readonly repeats: number;
  /** One repeat; the same label always gives the same row. */
  readonly play: (scenario: string, label: string) => Row;
  readonly figures: (plays: readonly Play[]) => readonly Figure[];
}

/** What one repeat gave, by name. */
export type Row = Readonly<Record<string, number>>;

export interface Play {
  readonly scenario: string;
  readonly row: Row;
}

export interface Figure {
  readonly scenario: string;
  readonly what: string;
  readonly value: number;
  /** 90% bounds; null where there are none. */
  readonly bounds: readonly [number, number] | null;
  /** Repeats that it rests on. */
  readonly repeats: number;
  /** What the method asks of it. */
  readonly target: Target | null;
}

export interface Target {
  readonly least?: number;
  readonly most?: number;
  /** Which of value and bounds must keep to it. */
  readonly holds: "value" | "upper";
}

/** The plays of each scenario, in the scenarios' order. */
export function byScenario(plays: readonly Play[]): [string, readonly Row[]][] {
  const groups = new Map<string, Row[]>();
  for (const { scenario, row } of plays) groups.set(scenario, [...(groups.get(scenario) ?? []), row]);
  return [...groups];
}

export function isMet({ value, bounds, target }: Figure): boolean | null {
  if (target === null) return null;
  const judged = target.holds === "upper" ? (bounds?.[1] ?? value) : value;
  return judged >= (target.least ?? Number.NEGATIVE_INFINITY) && judged <= (target.most ?? Number.POSITIVE_INFINITY);
}
