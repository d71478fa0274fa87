import type { Person } from "../../api/people.ts";
import type { Contribution } from "../../contribution/contribution.ts";
import type { Landing } from "../../release/landing.ts";

/** What of the lab people's credit is made of. */
export interface Landed {
  /** Oldest first. */
  readonly landings: readonly Landing[];
  readonly contributions: readonly Pick<Contribution, "id" | "by">[];
  /** Whether a contribution is decided about, so that it may be said whose it is. */
  readonly isDecided: (contribution: string) => boolean;
}

/**
 * What each person brought, most credit first. A landing says what each level that it added carried of its gain, in units
 * of utility; several who proposed it share that evenly. What a landing took out is nobody's contribution.
 */
export function creditOfPeople({ landings, contributions, isDecided }: Landed): readonly Person[] {
  const authors = new Map(contributions.map(({ id, by }) => [id, [...new Set(by)]]));
  const people = new Map<string, MutablePerson>();
  const personOf = (name: string) => {
    const person = people.get(name) ?? { name, landed: new Set(), credit: 0, history: [] };
    people.set(name, person);
    return person;
  };
  for (const landing of landings) {
    const shares = new Map<string, number>();
    for (const level of landing.added) {
      const contribution = contributionOfLevel(level);
      const by = authors.get(contribution) ?? [];
      const each = (landing.credit[level]?.[0] ?? 0) / by.length;
      for (const name of by) {
        personOf(name).landed.add(contribution);
        shares.set(name, (shares.get(name) ?? 0) + each);
      }
    }
    for (const [name, credit] of shares) {
      const person = personOf(name);
      person.credit += credit;
      person.history.push({ landing: landing.landing, at: Date.parse(landing.at), credit, total: person.credit });
    }
  }
  const decided = contributions.filter(({ id }) => isDecided(id));
  for (const { id } of decided) for (const name of authors.get(id) ?? []) personOf(name);
  return [...people.values()]
    .map(({ name, landed, credit, history }) => ({
      name,
      landed: landed.size,
      decided: decided.filter(({ id }) => authors.get(id)?.includes(name) === true || landed.has(id)).length,
      credit,
      history,
    }))
    .sort((a, b) => b.credit - a.credit || b.landed - a.landed || (a.name < b.name ? -1 : 1));
}

interface MutablePerson {
  readonly name: string;
  readonly landed: Set<string>;
  credit: number;
  readonly history: Person["history"];
}

/** `mixer=swiglu` is a level of the contribution `mixer`. */
function contributionOfLevel(level: string): string {
  return level.split("=", 1)[0] ?? level;
}
