import type { Person } from "../../../../src/api/people.ts";

/** Credit over the landings, stacked person on person. Pure. */

export interface Band {
  readonly name: string;
  /** After each landing: where its layer begins and ends, in units of utility. A loss hangs below zero. */
  readonly layers: readonly { readonly from: number; readonly to: number }[];
}

export interface Stack {
  /** Numbers and times of the landings, in order. */
  readonly landings: readonly { readonly landing: number; readonly at: number }[];
  readonly bands: readonly Band[];
  readonly low: number;
  readonly high: number;
}

/** @param others what the people beyond the first `most` are called together */
export function stackOf(people: readonly Person[], most: number, others: string): Stack {
  const credited = ranked(people).filter(({ history }) => history.length > 0);
  const landings = landingsOf(credited);
  const totals = credited.map(({ name, history }) => ({
    name,
    after: landings.map(({ landing }) => history.findLast((it) => it.landing <= landing)?.total ?? 0),
  }));
  const rest = totals.slice(most);
  const joined = landings.map((_, i) => rest.reduce((sum, { after }) => sum + (after[i] ?? 0), 0));
  const shown = [...totals.slice(0, most), ...(rest.length === 0 ? [] : [{ name: others, after: joined }])];
  const above = landings.map(() => 0);
  const below = landings.map(() => 0);
  const bands = shown.map(({ name, after }) => ({
    name,
    layers: after.map((total, i) => {
      const side = total >= 0 ? above : below;
      const from = side[i] ?? 0;
      side[i] = from + total;
      return { from, to: from + total };
    }),
  }));
  return { landings, bands, low: Math.min(0, ...below), high: Math.max(0, ...above) };
}

function landingsOf(people: readonly Person[]): Stack["landings"] {
  const times = new Map(people.flatMap(({ history }) => history.map(({ landing, at }) => [landing, at] as const)));
  return [...times].map(([landing, at]) => ({ landing, at })).toSorted((a, b) => a.landing - b.landing);
}

/** By credit, and by name where that is the same. */
function ranked(people: readonly Person[]): readonly Person[] {
  return people.toSorted((a, b) => b.credit - a.credit || a.name.localeCompare(b.name));
}

export interface Ranked {
  readonly person: Person;
  /** The same for the same credit; null: of none, which is no place in a race. */
  readonly place: number | null;
  readonly tied: boolean;
}

/** Differences too small to be seen are ties. */
export function placesOf(people: readonly Person[]): readonly Ranked[] {
  const seen = ({ credit }: Person) => Math.round(credit * 100);
  return ranked(people).map((person) => ({
    person,
    place: person.landed === 0 ? null : 1 + people.filter((other) => seen(other) > seen(person)).length,
    tied:
      person.landed > 0 && people.some((other) => other !== person && other.landed > 0 && seen(other) === seen(person)),
  }));
}
