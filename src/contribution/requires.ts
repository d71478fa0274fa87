import type { Diagnostics } from "../lab/diagnostic.ts";
import { offer } from "../lab/suggest.ts";
import type { ContributionPlaces } from "./context.ts";
import type { Contribution } from "./contribution.ts";

/** Reports what is required and is not there, and circles. @returns the ids whose requirements cannot be met */
export function checkRequires(
  contributions: readonly Contribution[],
  places: (id: string) => ContributionPlaces,
  out: Diagnostics,
): string[] {
  const byId = new Map(contributions.map((contribution) => [contribution.id, contribution]));
  const broken: string[] = [];
  for (const { id, requires } of contributions) {
    for (const required of requires.filter((name) => !byId.has(name))) {
      const others = [...byId.keys()].filter((other) => other !== id);
      const span = places(id).requires.get(required) ?? places(id).file;
      const help = offer(required, others, "other contributions");
      out.error({ code: "unknown-contribution", message: `\`${required}\` is not a contribution.`, span, help });
      broken.push(id);
    }
  }
  return [...broken, ...reportCircles(byId, places, out)];
}

/** Depth-first search; the requirement that closes a circle is where it is reported. */
function reportCircles(
  byId: ReadonlyMap<string, Contribution>,
  places: (id: string) => ContributionPlaces,
  out: Diagnostics,
): string[] {
  const broken: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (contribution: Contribution): void => {
    const { id, requires } = contribution;
    path.push(id);
    for (const required of requires) {
      const next = byId.get(required);
      if (next === undefined || done.has(required)) continue;
      const start = path.indexOf(required);
      if (start === -1) {
        visit(next);
        continue;
      }
      const circle = path.slice(start);
      broken.push(...circle);
      const message =
        required === id
          ? `\`${id}\` requires itself.`
          : `Contributions require each other in a circle: ${[...circle, required].map((name) => `\`${name}\``).join(" → ")}.`;
      const span = places(id).requires.get(required) ?? places(id).file;
      const help = "Remove one of these; parts that only make sense together are one contribution.";
      out.error({ code: "requires-circle", message, span, help: required === id ? "Remove it." : help });
    }
    path.pop();
    done.add(id);
  };
  for (const contribution of byId.values()) if (!done.has(contribution.id)) visit(contribution);
  return broken;
}
