import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { combinationFromIds } from "../contribution/combination.ts";
import type { Landing } from "../release/landing.ts";
import { type History, readHistory } from "./history.ts";
import { knowledgeOf } from "./knowledge.ts";
import { byHand, runAsked } from "./queue.ts";
import { readReport } from "./report.ts";
import { openSession, type Session } from "./session.ts";

/** Loss 10 − width − 3 [clean] and a little for the seed; two of three items right with `wide`. */
const train = `echo "$CAIRN_SEED" > "$CAIRN_OUT/model"
`;
const evaluate = `loss=$(( 100 - 10 * $1 - $2 + $(cat "$CAIRN_IN_TRAIN/model") % 7 ))
echo "{\\"loss\\": $loss, \\"accuracy\\": 0.5}" > "$CAIRN_OUT/metrics.json"
mkdir -p "$CAIRN_OUT/items"
for i in 0 1 2 3 4 5; do echo "{\\"id\\": $i, \\"score\\": $(( ($i * $1 + $2) % 2 ))}"; done > "$CAIRN_OUT/items/accuracy.jsonl"
`;
const labText = `
cairn: 1
name: small
stages:
  train: { run: sh train.sh, code: [train.sh], params: { steps: 4 }, seeded: true, outputs: [model] }
  eval: { needs: [train], run: "sh eval.sh {width} {clean}", code: [eval.sh], params: { width: 1, clean: 0 } }
objectives:
  loss: { stage: eval, goal: minimize, matters: 1 }
  accuracy: { stage: eval, goal: maximize, matters: 0.1, weight: 0, items: true }
scales: { proxy: { train.steps: 1 }, full: {} }
`;

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "cairn-history-"));
  mkdirSync(join(dir, "contributions"));
  write("cairn.yaml", labText);
  write("train.sh", train);
  write("eval.sh", evaluate);
  write("contributions/wide.yaml", "title: Wide\nby: [a]\narea: architecture\nwhy: x\nset: { eval.width: 2 }\n");
  write("contributions/clean.yaml", "title: Clean\nby: [b]\narea: data\nwhy: x\nset: { eval.clean: 3 }\n");
  write("contributions/long.yaml", "title: Long\nby: [b]\narea: optimization\nwhy: x\nset: { train.steps: 9 }\n");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = (path: string, text: string) => {
  mkdirSync(join(dir, path, ".."), { recursive: true });
  writeFileSync(join(dir, path), text);
};

async function withSession<T>(scale: string, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(dir, { scale });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

const noBudget = { runs: null, hours: null, core_hours: null, gpu_hours: null };

/** Runs each set of levels with a seed. */
async function make(scale: string, runs: readonly (readonly [readonly string[], number])[]): Promise<void> {
  await withSession(scale, async (session) => {
    const asked = runs.map(([levels, seed]) => {
      const combination = combinationFromIds(session.loaded.space, levels);
      if (combination === null) throw new Error(`no such levels: ${levels}`);
      return { combination, seed };
    });
    const options = {
      budget: noBudget,
      capacity: { cpus: 2 },
      signal: new AbortController().signal,
      onEvent: () => {},
    };
    await runAsked(
      session,
      asked.map((run) => ({ ...run, ...byHand })),
      options,
    );
  });
}

const read = (scale: string): Promise<History> => withSession(scale, readHistory);

describe("what has been run", () => {
  test("at other scales is elsewhere, and not counted here", async () => {
    await make("proxy", [
      [[], 1],
      [["wide"], 1],
      [["clean"], 2],
    ]);
    await make("full", [
      [[], 1],
      [["wide"], 1],
    ]);
    const full = await read("full");
    expect(full.contexts).toEqual([{ kind: "scale", levels: ["full", "proxy"] }]);
    expect(full.observations.map(({ context }) => context)).toEqual([[0], [0]]);
    expect(full.elsewhere.map(({ context, seed }) => [context, seed])).toEqual([
      [[1], 1],
      [[1], 1],
      [[1], 2],
    ]);
    expect([full.runs.length, full.earlier]).toEqual([2, 0]);
    const proxy = await read("proxy");
    expect([proxy.observations.length, proxy.elsewhere.length]).toEqual([3, 2]);
    expect(proxy.contexts).toEqual([{ kind: "scale", levels: ["proxy", "full"] }]);
  });

  test("at another scale spares what that does not change", async () => {
    write("cairn.yaml", labText.replace("stages:", "stages:\n  prepare: { run: sh prepare.sh, code: [prepare.sh] }"));
    write("prepare.sh", "true\n");
    const cost = () =>
      withSession("full", async (session) => {
        const resolved = session.resolve(session.loaded.baseline);
        if (!resolved.ok) throw new Error("not built");
        return (await readHistory(session)).costs.cost(resolved.value, 1);
      });
    // A second is assumed of what has never run at this scale.
    expect(await cost()).toBe(3);
    await make("proxy", [[[], 1]]);
    expect(await cost()).toBe(2);
  });

  test("before an edit outside the contributions is an epoch, before an edit of a level nothing", async () => {
    await make("full", [
      [[], 1],
      [["wide"], 1],
      [["clean"], 1],
    ]);
    write("eval.sh", `${evaluate}# a remark\n`);
    write("contributions/clean.yaml", "title: Clean\nby: [b]\narea: data\nwhy: x\nset: { eval.clean: 4 }\n");
    const edited = await read("full");
    expect([edited.observations.length, edited.elsewhere.length, edited.earlier]).toEqual([0, 2, 1]);
    expect(edited.contexts).toMatchObject([{ kind: "epoch", levels: ["now", expect.stringContaining("until ")] }]);
    await make("full", [[[], 1]]);
    const again = await read("full");
    expect([again.observations.length, again.elsewhere.length]).toEqual([1, 2]);
    expect(again.elsewhere.map(({ context }) => context)).toEqual([[1], [1]]);
    write("eval.sh", evaluate);
    expect((await read("full")).observations).toHaveLength(2);
  });

  test("tells how sure each run's items are, and what reaches the seeded stage", async () => {
    await make("full", [
      [[], 1],
      [["wide"], 1],
      [["long"], 1],
    ]);
    await withSession("full", async (session) => {
      const history = await readHistory(session);
      const errors = history.observations.map(({ outcomes }) => outcomes.get("accuracy"));
      // Items differ by 0 or 1, half of them each: √(6 · ¼)/6, of which one run has 1/√2. The last run's are the baseline's.
      const own = Math.sqrt(1.5) / 6 / Math.SQRT2;
      expect(errors).toMatchObject(
        [own, own, own].map((samplingError) => ({
          kind: "measured",
          samplingError: expect.closeTo(samplingError, 12),
        })),
      );
      const { seededStages, space } = knowledgeOf(session, history);
      expect(seededStages.map(({ stage, reach }) => [stage, reach.map((j) => space.factors[j]?.name)])).toEqual([
        ["train", ["long"]],
      ]);
    });
  });
});

test("the report says what landed and still holds, and how far the rest agrees", async () => {
  const sets = [[], ["wide"], ["clean"], ["wide", "clean"]];
  await make(
    "full",
    sets.flatMap((levels) => [1, 2, 3].map((seed) => [levels, seed] as const)),
  );
  await make(
    "proxy",
    sets.map((levels) => [levels, 1] as const),
  );
  const landing: Landing = {
    landing: 1,
    at: new Date(0).toISOString(),
    scale: "full",
    set: ["wide"],
    added: ["wide"],
    removed: [],
    gain: { utility: [9, 8, 10], objectives: {} },
    confirmation: { pairs: 5, e: 50, threshold: 20 },
    credit: {},
  };
  write("landings/0001.yaml", stringify(landing));
  const report = await withSession("full", (session) => readReport(session, null));
  expect(report?.lasting).toMatchObject([{ level: "wide", landing: 1, atLanding: null, state: { kind: "holds" } }]);
  expect(report?.lasting[0]?.now.mean).toBeGreaterThan(5);
  const [scale] = report?.contexts ?? [];
  expect(scale?.levels).toEqual([
    { name: "full", runs: 12 },
    { name: "proxy", runs: 4 },
  ]);
  expect(scale?.ranks.find(({ objective }) => objective === "loss")).toMatchObject({ level: "proxy", combinations: 4 });
});
