import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contributionQuery, newContribution } from "../../src/api/contributions.ts";
import { groupQuery, logQuery, runQuery } from "../../src/api/runs.ts";
import type { Actor } from "../../src/app/actor.ts";
import { CairnError } from "../../src/app/errors.ts";
import { effectsCsv, runsCsv } from "../../src/app/export.ts";
import { addComment } from "../../src/app/people/comments.ts";
import { discussed, proposeThrough, restoreThrough, withdrawThrough } from "../../src/app/read/proposals.ts";
import type { Context } from "../../src/server/handler.ts";
import { contributionHandlers } from "../../src/server/handlers/contributions.ts";
import { evidenceHandlers } from "../../src/server/handlers/evidence.ts";
import { labHandlers } from "../../src/server/handlers/lab.ts";
import { peopleHandlers } from "../../src/server/handlers/people.ts";
import { runHandlers } from "../../src/server/handlers/runs.ts";
import { actor, authors, files, openRig, type Rig } from "./rig.ts";

const names = Object.values(authors);
const ids = ["wide", "mixer", "tidy", "crash"] as const;

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
  await rig.run(null, [[], 1], [["wide"], 1], [["wide", "tidy"], 1], [["mixer=low"], 1], [["crash"], 1]);
  for (const id of ids) {
    await addComment(rig.live.session, actor(authors[id], "read"), discussed(rig.live, id), "Look at this.");
    await addComment(rig.live.session, actor("ada", "read"), discussed(rig.live, id), "I did.");
  }
});
afterAll(() => rig.close());

/** Everything that can be read of the lab, as it goes out to somebody. */
async function everything(who: Actor): Promise<string> {
  const context: Context = { live: rig.live, actor: who, token: null, signal: new AbortController().signal };
  const none = { params: {}, query: {}, body: null };
  const out: unknown[] = [];
  for (const sort of ["worth", "gain", "title", "cost", "newest"])
    for (const state of [undefined, "withdrawn"])
      out.push(
        await contributionHandlers.listContributions(
          { ...none, query: contributionQuery.parse({ sort, ...(state === undefined ? {} : { state }) }) },
          context,
        ),
      );
  for (const name of names)
    out.push(
      (await contributionHandlers.listContributions({ ...none, query: contributionQuery.parse({ q: name }) }, context))
        .total,
    );
  for (const contribution of ids) {
    const params = { contribution };
    out.push(await contributionHandlers.contribution({ ...none, params }, context));
    out.push(await contributionHandlers.listComments({ ...none, params, query: { limit: 100 } }, context));
  }
  const runs = await runHandlers.listRuns({ ...none, query: runQuery.parse({}) }, context);
  out.push(runs, await runHandlers.groupRuns({ ...none, query: groupQuery.parse({}) }, context));
  out.push(await runHandlers.compareRuns({ ...none, query: { run: runs.items.map(({ id }) => id) } }, context));
  for (const { id: run } of runs.items) {
    out.push(await runHandlers.run({ ...none, params: { run } }, context));
    for (const stage of ["train", "eval"])
      out.push(await runHandlers.log({ ...none, params: { run, stage }, query: logQuery.parse({}) }, context));
  }
  out.push(await labHandlers.lab(none, context), await labHandlers.recipe(none, context));
  out.push(await labHandlers.landings(none, context), await labHandlers.parameters(none, context));
  out.push(await peopleHandlers.people(none, context));
  const { report } = await evidenceHandlers.report({ ...none, query: {} }, context);
  if (report === null) throw new Error("no report");
  out.push(report, runsCsv(report), effectsCsv(report));
  return JSON.stringify(out);
}

const seen = async (who: Actor) => {
  const text = (await everything(who)).toLowerCase();
  return names.filter((name) => text.includes(name.toLowerCase()));
};

describe("who proposed what", () => {
  test("is told to nobody while it is undecided, in no answer", async () => {
    for (const who of [actor("ada", "read"), actor("root", "read", "propose", "decide", "admin"), actor("", "read")]) {
      expect(await seen(who)).toEqual([]);
      const text = await everything(who);
      for (const trace of ["zyxt.example", "liu.xufei", "Signed-off-by"]) expect(text).not.toContain(trace);
      // What is not about people is all there.
      for (const kept of ["Measures nothing", "Wider is better.", "eval.opt.lr", "Look at this."])
        expect(text).toContain(kept);
    }
  });

  test("is told to each author of their own alone, in whatever case they write their name", async () => {
    for (const name of names) {
      expect(await seen(actor(name, "read"))).toEqual([name]);
      expect(await seen(actor(name.toLowerCase(), "read"))).toEqual([name]);
    }
  });

  test("is hidden in what is withdrawn, too", async () => {
    await withdrawThrough(rig.live, actor("root", "admin"), "tidy");
    expect(await seen(actor("ada", "read"))).toEqual([]);
    expect(await seen(actor(authors.tidy, "read"))).toEqual([authors.tidy]);
    await restoreThrough(rig.live, actor("root", "admin"), "tidy");
  });

  test("is hidden in why another proposal cannot be taken", async () => {
    const path = join(rig.dir, "contributions", "wide.yaml");
    const text = files["contributions/wide.yaml"] ?? "";
    writeFileSync(path, text.replace(/^by:.*$/m, `by: [${authors.wide}, ${authors.wide}]`));
    const body = newContribution.parse({ id: "own", area: "data", set: { "eval.clean": 1 } });
    const refusal = async (name: string) => {
      const failed = await proposeThrough(rig.live, actor(name, "propose"), body).catch((error: unknown) => error);
      if (!(failed instanceof CairnError) || failed.failure.kind !== "invalid") throw failed;
      return failed.failure.diagnostics.map(({ message }) => message).join();
    };
    try {
      expect(await refusal("ada")).not.toContain(authors.wide);
      expect(await refusal(authors.wide)).toContain(authors.wide);
    } finally {
      writeFileSync(path, text);
    }
  });

  test("is told to all once everything of it is decided", async () => {
    const { report } = rig;
    if (report === null) throw new Error("no report");
    const inSet = { mean: 0, low: 0, high: 0 };
    const decided = (level: string) => level === "wide" || level === "mixer=low";
    rig.report = {
      ...report,
      state: "decided",
      contributions: report.contributions.map((row) =>
        decided(row.level)
          ? { ...row, verdict: { kind: "shelve", reason: { kind: "no-effect", inSet, alone: inSet } } }
          : row,
      ),
    };
    // What cannot run is decided. Of the mixer's two levels one is not: its author would be told with the other.
    expect(await seen(actor("ada", "read"))).toEqual([authors.wide, authors.crash]);
    rig.report = { ...rig.report, state: "measuring" };
    expect(await seen(actor("ada", "read"))).toEqual([]);
    rig.report = report;
  });

  test("is told to all where the lab says so", async () => {
    const path = join(rig.dir, "cairn.yaml");
    const text = files["cairn.yaml"] ?? "";
    writeFileSync(path, text.replace("policy: {", "policy: { blind: false,"));
    await rig.live.refresh();
    await rig.run(null);
    expect(await seen(actor("ada", "read"))).toEqual(names);
    writeFileSync(path, text);
    await rig.live.refresh();
    await rig.run(null);
    expect(await seen(actor("ada", "read"))).toEqual([]);
  });
});
