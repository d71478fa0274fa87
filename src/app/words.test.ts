import fc from "fast-check";
import { expect, test } from "vitest";
import { combinationName, describeFailure, questionWords } from "./words.ts";

test("a combination is named by what it changes", () => {
  expect(combinationName([], [])).toBe("baseline");
  expect(combinationName(["muon", "rotary"], [])).toBe("muon + rotary");
  expect(combinationName(["muon", "rotary"], ["rotary", "muon"])).toBe("baseline");
  expect(combinationName(["muon", "wsd"], ["muon", "rotary"])).toBe("+wsd −rotary");
});

test("what does not fit is counted, and nothing is lost", () => {
  expect(combinationName(["aaaa", "bbbb", "cccc", "dddd"], [], 16)).toBe("aaaa + 3 more");
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 }), fc.nat(60), (levels, width) => {
      const name = combinationName(levels, [], width);
      const rest = Number(/(\d+) more$/.exec(name)?.[1] ?? 0);
      const shown = name.split(" + ").length - (rest > 0 ? 1 : 0);
      expect(shown + rest).toBe(levels.length);
      if (shown > 1) expect(name.length).toBeLessThanOrEqual(width);
    }),
  );
});

test("what a run is asked", () => {
  expect(questionWords("level", ["muon"])).toBe("to see what muon is worth");
  expect(questionWords("order", ["rotary", "bpe"])).toBe("to tell rotary and bpe apart");
  expect(questionWords("set", [])).toBe("to see what the set gains");
});

test("a failure that is the machine's is not laid at the stage's door, nor told as one of recording", () => {
  const failure = { stage: "eval", key: null, attempt: null, attempts: 0, logTail: [], logFile: null };
  const message = "its input, what pretrain put out, cannot be read: EIO: i/o error, read";
  expect(describeFailure({ ...failure, cause: { kind: "io", message } })).toBe(
    "eval was not done, by no fault of its own: its input, what pretrain put out, cannot be read: EIO: i/o error, read",
  );
  expect(describeFailure({ ...failure, cause: { kind: "disk-full" } })).toBe(
    "eval could not be done: the disk is full",
  );
});
