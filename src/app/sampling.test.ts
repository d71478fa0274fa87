import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Digest, sha256 } from "../base/digest.ts";
import { partners, type Sampled, samplingErrors } from "./sampling.ts";

const baseline = [0, 0];
function run(combination: readonly number[], seed: number, name = `${combination.join("")}/${seed}`): Sampled {
  return { combination, seed, measurements: sha256(name) };
}

describe("whom a run is compared with", () => {
  const [base1, base2, a1, a2, b3] = [
    run(baseline, 1),
    run(baseline, 2),
    run([1, 0], 1),
    run([1, 0], 2),
    run([0, 1], 3),
  ];

  test("the baseline of the same seed, else the baseline, else any of the same seed, else any", () => {
    const partnerOf = partners([base2, base1, a1, a2, b3], baseline);
    expect(partnerOf(a1)).toBe(base1);
    expect(partnerOf(a2)).toBe(base2);
    expect(partnerOf(b3)).toBe(base2);
    expect(partners([a1, run([0, 1], 1), a2], baseline)(a1)?.combination).toEqual([0, 1]);
    expect(partners([b3, a1], baseline)(a1)).toBe(b3);
    expect(partners([a1], baseline)(a1)).toBeNull();
  });

  test("the baseline itself with a run of its seed before another baseline", () => {
    const partnerOf = partners([base2, base1, a1], baseline);
    expect(partnerOf(base1)).toBe(a1);
    expect(partnerOf(base2)).toBe(base1);
  });

  test("never with the same measurements: they would say that nothing is left to chance", () => {
    const same = { ...a1, measurements: base1.measurements };
    expect(partners([base1, base2, same], baseline)(same)).toBe(base2);
    expect(partners([base1, same], baseline)(same)).toBeNull();
  });
});

describe("sampling errors", () => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "cairn-sampling-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const open = async (measurements: Digest) => join(dir, measurements);
  function record(of: Sampled, scores: readonly number[]): Sampled {
    mkdirSync(join(dir, of.measurements, "items"), { recursive: true });
    const lines = scores.map((score, i) => JSON.stringify({ id: i, score }));
    writeFileSync(join(dir, of.measurements, "items", "accuracy.jsonl"), lines.join("\n"));
    return of;
  }

  test("are of what the items have apart from their difficulty", async () => {
    const difficulty = Array.from({ length: 50 }, (_, i) => 100 * Math.sin(i));
    const own = difficulty.map((_, i) => (i % 2 === 0 ? 1 : -1));
    const base = record(run(baseline, 1, "easy base"), difficulty);
    const other = record(
      run([1, 0], 1, "easy other"),
      difficulty.map((score, i) => score + 5 + (own[i] ?? 0)),
    );
    // Differences of 5 ± 1 over 50 items: 1/√50, of which each run has its share.
    const expected = 1 / Math.sqrt(50) / Math.SQRT2;
    const errors = await samplingErrors({ open }, "accuracy", baseline, [base, other]);
    expect(errors).toEqual([expect.closeTo(expected, 12), expect.closeTo(expected, 12)]);
  });

  test("are unknown where the items are gone or not the same", async () => {
    const lost = await samplingErrors({ open: async () => null }, "accuracy", baseline, [
      run(baseline, 1, "lost base"),
      run([1, 0], 1, "lost other"),
    ]);
    expect(lost).toEqual([null, null]);
    const single = await samplingErrors({ open }, "accuracy", baseline, [record(run(baseline, 1, "alone"), [1, 2])]);
    expect(single).toEqual([null]);
  });
});
