import { createRng } from "../../../src/base/rng.ts";
import type { Method } from "../method.ts";
import { randomCombination } from "./moves.ts";
import { playStrategy } from "./play.ts";

const attempts = 50;

/** Random search: feasible combinations drawn at random, new ones while they are easily found; the best mean is landed. */
export const random: Method = {
  name: "random",
  start: (problem, seed) =>
    playStrategy(problem, (runs) => {
      const rng = createRng(seed);
      return {
        next: () => {
          let x = randomCombination(problem, rng);
          for (let tried = 1; tried < attempts && !runs.isNew(x); tried++) x = randomCombination(problem, rng);
          return x;
        },
        recommend: () => runs.best().x,
      };
    }),
};
