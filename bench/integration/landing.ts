/**
 * The product's whole decision loop as a method: search, leave-outs, and confirmation on fresh paired seeds. It lands what
 * it has confirmed and nothing before; once it has decided it stays with that, whatever it is told.
 */
import type { Combination } from "../../src/contribution/contribution.ts";
import { decide } from "../../src/decision/decide.ts";
import { steer } from "../../src/decision/steer.ts";
import type { Purpose } from "../../src/evidence/evidence.ts";
import { combinationKey } from "../../src/plan/space.ts";
import { createNotebook, repeatOf, requestOf } from "./cairn.ts";
import type { Ask, Player, Problem } from "./method.ts";
import type { Entrant } from "./replay.ts";

/** `budget`: runs a factor that it is told it has. */
export function landing(name: string, budget: number): Entrant {
  return { name, start: (problem, seed) => play(problem, seed, budget * problem.levels.length) };
}

function play(problem: Problem, seed: string, budget: number): Player {
  const told = createNotebook(problem);
  const baseline = problem.levels.map(() => 0);
  const purposes = new Map<string, Purpose>();
  let landed: Combination | null = null;
  let over = false;
  const keyOf = (ask: Ask) => `${combinationKey(ask.x)}/${ask.seed}`;
  const runsLeft = () => Math.max(0, budget - told.knowledge().observations.length);

  return {
    ask: (count) => {
      const request = { ...requestOf(problem, told.knowledge()), count, runsLeft: runsLeft(), seed };
      const { suggestions } = over ? { suggestions: [] } : steer(request);
      if (suggestions.length === 0) {
        over = true;
        return [repeatOf(request, baseline)];
      }
      return suggestions.map(({ combination, seed: run, purpose }) => {
        const ask = { x: combination, seed: run };
        purposes.set(keyOf(ask), purpose);
        return ask;
      });
    },
    tell: (ask, y) => {
      if (over) return;
      const purpose = purposes.get(keyOf(ask)) ?? "search";
      told.tell(ask, y, purpose);
      // Only a confirmation run can complete a confirmation.
      if (purpose !== "confirm") return;
      const decision = decide(told.knowledge(), { detail: "sketch", runsLeft: runsLeft() });
      if (decision.set.confirmation?.outcome === "confirmed") landed = decision.recommended;
    },
    recommend: () => landed ?? baseline,
  };
}
