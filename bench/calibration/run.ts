/**
 * Calibration, false landings and power, longer than the tests have time for.
 *
 *   node bench/calibration/run.ts [--repeats 100]
 *
 * Prints how often 90% intervals cover planted truths, how often a null space lands anything under normal, heavy-tailed and
 * heteroscedastic noise, and how often a real gain lands.
 */
import { parseArgs } from "node:util";
import { createRng, type Rng } from "../../src/base/rng.ts";
import { measureCoverage, plantedTruth } from "../../src/decision/calibrate.test-util.ts";
import { objective, plainSpace, simulate, type Truth } from "../../src/decision/simulate.test-util.ts";

const { values } = parseArgs({ options: { repeats: { type: "string", default: "100" } } });
const repeats = Number(values.repeats);
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

console.log("\ncoverage of 90% intervals on planted spaces");
console.log("factors  runs  κ     effects            interactions");
for (const factors of [6, 10])
  for (const multiple of [2, 4])
    for (const noise of [0.3, 1]) {
      const found = measureCoverage({
        factors,
        multiple,
        noise,
        repeats,
        label: `cover ${factors} ${multiple} ${noise}`,
      });
      const effects = `${percent(found.covered / found.effects)} of ${found.effects}`;
      const interactions = `${percent(found.interactionsCovered / found.interactions)} of ${found.interactions}`;
      console.log(
        `${factors}`.padEnd(9) + `${multiple}N`.padEnd(6) + `${noise}`.padEnd(6) + effects.padEnd(19) + interactions,
      );
    }

const studentT3 = (rng: Rng) => {
  const chi = rng.normal() ** 2 + rng.normal() ** 2 + rng.normal() ** 2;
  return rng.normal() / Math.sqrt(chi / 3);
};
const noises: Readonly<Record<string, Truth["noise"]>> = {
  normal: (_, rng) => [rng.normal()],
  "Student t, ν = 3": (_, rng) => [studentT3(rng)],
  "sd from 0.3 to 3 with the combination": (x, rng) => {
    const own = createRng(x.join()).uniform();
    return [0.3 * 10 ** own * rng.normal()];
  },
};
console.log("\nnull spaces of 6 factors, up to 45 runs: share that lands anything (α = 5%)");
for (const [name, noise] of Object.entries(noises)) {
  const truth: Truth = {
    space: plainSpace([1, 1, 1, 1, 1, 1]),
    objectives: [objective("y")],
    value: () => [0],
    noise,
    seedSd: 1,
  };
  let landed = 0;
  for (let r = 0; r < repeats; r++)
    if (simulate(truth, `null ${r}`, 45).decision.set.confirmation?.outcome === "confirmed") landed++;
  console.log(`${name.padEnd(40)}${percent(landed / repeats)} of ${repeats}`);
}

console.log(
  "\nplanted spaces of 8 factors, up to 50 runs: share that lands, and the share of the best gain that it has",
);
for (const noise of [0.3, 1]) {
  let landed = 0;
  let fraction = 0;
  for (let r = 0; r < repeats; r++) {
    const truth = plantedTruth(8, noise, createRng(`power ${r}`));
    const { decision } = simulate(truth, `power ${r}`, 50);
    const gainOf = (x: readonly number[]) => (truth.value(x)[0] ?? 0) - (truth.value(x.map(() => 0))[0] ?? 0);
    let top = 0;
    for (let i = 0; i < 256; i++) top = Math.max(top, gainOf(Array.from({ length: 8 }, (_, j) => (i >> j) & 1)));
    if (decision.set.confirmation?.outcome !== "confirmed") continue;
    landed++;
    fraction += top > 0 ? gainOf(decision.recommended) / top : 1;
  }
  console.log(
    `κ = ${noise}: ${percent(landed / repeats)} land, with ${percent(fraction / Math.max(1, landed))} of the best gain`,
  );
}
