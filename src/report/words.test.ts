import { expect, test } from "vitest";
import { decided, diverging, empty, measuring } from "../../test/report/fixtures/samples.ts";
import type { Report, ReportVerdict } from "../api/report.ts";
import { confirmationSentence, guardrailSentence } from "./certainty.ts";
import { nextSteps } from "./closing.ts";
import { pairSentence } from "./pair.ts";
import { verdictLabel, verdictSentence } from "./verdict-words.ts";
import { headline, headlineLine } from "./words.ts";

const sure = { mean: -0.71, low: -0.75, high: -0.67 };
const unsure = { mean: 0.21, low: -0.5, high: 0.9 };
const up = { mean: 3.04, low: 2.6, high: 3.5 };
const cost = { runs: 3, coreSeconds: 720 };
const report = decided();

const sentences: readonly [ReportVerdict, string, string][] = [
  [{ kind: "landed", landing: 2 }, "landed", "In the baseline since landing 2."],
  [
    { kind: "land", reason: { inSet: up, alone: unsure, worksWith: ["muon"], overlapsWith: ["bpe", "wsd"] } },
    "land",
    "Adds +3.0 utility (+2.6 to +3.5) to the set; alone +0.2. Works better with muon. Shares part of its gain with bpe and wsd.",
  ],
  [
    { kind: "land", reason: { inSet: unsure, alone: up, worksWith: [], overlapsWith: [] } },
    "land",
    "In the set; its own part is not sure: +0.2 utility (−0.5 to +0.9), alone +3.0.",
  ],
  [
    { kind: "shelve", reason: { kind: "superseded", by: "muon", inSet: unsure } },
    "superseded",
    "muon does the same job better: with this, the set changes by +0.2 utility (−0.5 to +0.9).",
  ],
  [
    {
      kind: "shelve",
      reason: {
        kind: "harms",
        objective: "val_bpb",
        difference: { mean: 0.12, low: 0.08, high: 0.16 },
        guardrail: true,
      },
    },
    "harms",
    "Harms val_bpb: +0.12 bits/byte (+0.08 to +0.16), past its guardrail of 0.01 bits/byte.",
  ],
  [
    {
      kind: "shelve",
      reason: {
        kind: "harms",
        objective: "tokens_per_second",
        difference: { mean: -1240, low: -1400, high: -1080 },
        guardrail: false,
      },
    },
    "harms",
    "Harms tokens_per_second: −1,240 (−1,400 to −1,080).",
  ],
  [
    { kind: "shelve", reason: { kind: "no-effect", inSet: unsure, alone: unsure } },
    "no gain",
    "No gain as large as matters: +0.2 utility (−0.5 to +0.9) in the set, +0.2 alone.",
  ],
  [
    { kind: "shelve", reason: { kind: "hurts", inSet: sure, alone: up } },
    "hurts",
    "Helps alone (+3.0) but hurts in the set: −0.71 utility (−0.75 to −0.67).",
  ],
  [
    { kind: "shelve", reason: { kind: "hurts", inSet: sure, alone: unsure } },
    "hurts",
    "Hurts: −0.71 utility (−0.75 to −0.67) in the set, +0.2 alone.",
  ],
  [
    { kind: "shelve", reason: { kind: "only-with", other: "large-lr", inSet: sure } },
    "needs another",
    "Works only with large-lr, which is not in the set: without it, −0.71 utility (−0.75 to −0.67).",
  ],
  [
    { kind: "shelve", reason: { kind: "diverges", runs: 3, of: 4 } },
    "diverges",
    "Diverged in 3 of 4 runs: results that are not finite numbers.",
  ],
  [
    { kind: "shelve", reason: { kind: "cannot-run", because: "its patch does not apply." } },
    "cannot run",
    "Cannot run: its patch does not apply.",
  ],
  [
    { kind: "undecided", reason: { kind: "unmeasured" }, costToKnow: cost },
    "not measured",
    "Not measured yet. To know: about 3 more runs, 12 core-minutes.",
  ],
  [
    {
      kind: "undecided",
      reason: { kind: "noisy", inSet: unsure, alone: unsure },
      costToKnow: { runs: 1, coreSeconds: 40 },
    },
    "too noisy yet",
    "Not yet told from noise: +0.2 utility (−0.5 to +0.9) in the set, +0.2 alone. To know: about 1 more run, 40 core-seconds.",
  ],
  [
    { kind: "undecided", reason: { kind: "unconfirmed" }, costToKnow: cost },
    "to confirm",
    "In the recommended set, which is not confirmed on fresh seeds yet. To know: about 3 more runs, 12 core-minutes.",
  ],
  [
    {
      kind: "undecided",
      reason: { kind: "guardrail-unsure", objective: "cloze", probability: 0.714 },
      costToKnow: cost,
    },
    "guardrail unsure",
    "The guardrail on cloze holds with 71% probability; 90% is asked. To know: about 3 more runs, 12 core-minutes.",
  ],
];

test.each(sentences)("verdict %j", (verdict, label, sentence) => {
  expect(verdictLabel(verdict)).toBe(label);
  expect(verdictSentence(report, "rotary", verdict)).toBe(sentence);
});

test("the headline says what the state is", () => {
  expect(headlineLine(report)).toMatch(
    /^Land 6 of 17: val_bpb −1\.1\d+ bits\/byte, sort_accuracy \+0\.3\d+, cloze \+0\.0\d+ accuracy$/,
  );
  expect(headline(report).details.at(-1)).toBe("Confirmed on 7 fresh pairs: E = 41 ≥ 20.");
  expect(headline(measuring()).title).toBe("Still measuring");
  expect(headline(empty()).details).toEqual(["4 contributions wait for a first run."]);
  expect(headlineLine({ ...empty(), contributions: [] })).toBe(
    "Nothing proposed yet: The lab has no contributions to measure",
  );
  expect(headlineLine(diverging())).toMatch(/^Keep the baseline: No set/);
  expect(headline({ ...report, state: "confirming" }).title).toBe("Confirming 6 of 17");
  expect(headline({ ...report, set: { ...report.set, confirmation: null } }).title).toBe(
    "6 of 17 recommended, not confirmed",
  );
});

test("after its landing a decision is told as done", () => {
  const contributions = report.contributions.map((it) =>
    it.verdict.kind === "land" ? { ...it, verdict: { kind: "landed" as const, landing: 3 } } : it,
  );
  const landed: Report = { ...report, landing: 3, baseline: report.recommended, contributions };
  expect(headline(landed).title).toBe("Landed 6 of 17");
  expect(nextSteps(landed).map(({ command }) => command)).toEqual(["cairn run", "cairn propose"]);
});

test("the confirmation is as strong as its weakest test", () => {
  const confirm = (outcome: "pending" | "confirmed" | "futile", es: readonly number[]) =>
    confirmationSentence({
      ...report,
      set: {
        ...report.set,
        confirmation: {
          pairs: 3,
          threshold: 20,
          outcome,
          tests: es.map((e) => ({ objective: null, e, difference: sure })),
        },
      },
    });
  expect(confirm("confirmed", [300, 41])).toBe("Confirmed on 3 fresh pairs: E = 41 ≥ 20.");
  expect(confirm("pending", [300, 4.2])).toBe("3 fresh pairs so far: E = 4.2 of the 20 that is asked.");
  expect(confirm("futile", [0.3])).toBe("Given up after 3 fresh pairs: E = 0.3, where 20 is asked.");
  expect(confirm("pending", [])).toBe("Confirmation begins: no fresh pair has been measured yet.");
});

test("a guardrail says which way and how surely", () => {
  const gain = { objective: "tokens_per_second", difference: sure, guardrail: { margin: 1440, probability: 0.71 } };
  expect(guardrailSentence(report, gain)).toBe(
    "may fall by 1,440 at most: not sure to hold: 71% probability (90% asked).",
  );
  expect(
    guardrailSentence(report, { ...gain, objective: "val_bpb", guardrail: { margin: 0.01, probability: 0.98 } }),
  ).toBe("may rise by 0.01 bits/byte at most: holds with 98% probability (90% asked).");
  expect(guardrailSentence(report, { ...gain, guardrail: null })).toBeNull();
});

test("a pair is told by what it gains, whichever way its objective goes", () => {
  const pair = (objective: string | null, mean: number) =>
    pairSentence(report, {
      a: "rotary",
      b: "bpe",
      objective,
      sense: "in-set",
      estimate: { mean, low: mean - 0.04, high: mean + 0.04 },
    });
  expect(pair(null, -0.21)).toBe(
    "rotary and bpe overlap: together they gain 0.21 utility less than the sum of the two.",
  );
  expect(pair("val_bpb", -0.21)).toBe(
    "rotary and bpe help each other: together they gain 0.21 bits/byte more than the sum of the two on val_bpb.",
  );
  expect(pair("cloze", 0.01)).toBe("rotary and bpe: no sure interaction on cloze, +0.01 (−0.03 to +0.05).");
});
