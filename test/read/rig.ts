import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Lab, Plan } from "../../src/api/lab.ts";
import type { Report } from "../../src/api/report.ts";
import type { Actor } from "../../src/app/actor.ts";
import { combinationOf } from "../../src/app/combination.ts";
import type { Live } from "../../src/app/live/live.ts";
import { byHand, runAsked } from "../../src/app/queue.ts";
import { readReport } from "../../src/app/report.ts";
import { openSession, reloadSession, type Session } from "../../src/app/session.ts";

/** A small lab of shell stages that is really run, and a `Live` over it without threads. */

const train = `# Measures nothing, but says much.
echo "$CAIRN_SEED" > "$CAIRN_OUT/model"
mkdir -p "$CAIRN_OUT/deep"
echo "inner" > "$CAIRN_OUT/deep/file.txt"
ln -s ../model "$CAIRN_OUT/deep/link"
for step in 0 1 2 3 4 5 6 7 8 9; do
  echo "{\\"type\\": \\"metric\\", \\"name\\": \\"tokens\\", \\"step\\": $step, \\"value\\": $(( step * 100 ))}" >> "$CAIRN_EVENTS"
  echo "{\\"type\\": \\"metric\\", \\"name\\": \\"train_loss\\", \\"step\\": $step, \\"value\\": $(( 20 - step ))}" >> "$CAIRN_EVENTS"
done
echo '{"type": "metric", "name": "train_loss", "step": 10, "value": NaN}' >> "$CAIRN_EVENTS"
echo "训练 done"
`;
const evaluate = `if [ "$2" = 13 ]; then echo broken >&2; exit 3; fi
loss=$(( 100 - 10 * $1 - $2 + $(cat "$CAIRN_IN_TRAIN/model") % 7 ))
if [ "$2" = 7 ]; then loss=NaN; fi
echo "{\\"loss\\": $loss}" > "$CAIRN_OUT/metrics.json"
`;

/** Who proposed what: names that nothing else is called. */
export const authors = { wide: "Zyzzyva Quux", mixer: "qwyjibo-7", tidy: "柳絮飞", crash: "Vhrkk" } as const;

const patch = `From 0123456789 Mon Sep 17 00:00:00 2001
From: ${authors.tidy} <liu.xufei@zyxt.example>
Subject: [PATCH] tidy

Signed-off-by: ${authors.tidy} <liu.xufei@zyxt.example>
---
--- a/train.sh
+++ b/train.sh
@@ -1,2 +1,3 @@
 # Measures nothing, but says much.
+# Author: ${authors.tidy} <liu.xufei@zyxt.example>
 echo "$CAIRN_SEED" > "$CAIRN_OUT/model"
`;

export const files: Readonly<Record<string, string>> = {
  "cairn.yaml": `cairn: 1
name: small
stages:
  train: { run: sh train.sh, code: [train.sh], params: { steps: 4 }, seeded: true, outputs: [model] }
  eval: { needs: [train], run: "sh eval.sh {width} {clean}", code: [eval.sh], params: { width: 1, clean: 0, opt.lr: 1 } }
objectives:
  loss: { stage: eval, goal: minimize, matters: 1, guardrail: 5% }
scales: { proxy: { train.steps: 1 }, full: {} }
policy: { retries: 0, budget: { runs: 40, gpu_hours: 2.5 } }
`,
  "train.sh": train,
  "eval.sh": evaluate,
  "contributions/wide.yaml": `title: Wide
by: [${authors.wide}]   # ${authors.wide} asks
area: architecture
why: Wider is better.
set: { eval.width: 2, eval.opt.lr: 3 }
`,
  "contributions/mixer.yaml": `title: Mixer
by:
  - ${authors.mixer}
area: data
why: Either is better.
levels:
  low: { set: { eval.clean: 3 } }
  bad: { set: { eval.clean: 7 } }
`,
  "contributions/tidy.yaml": `title: Tidy
by: ["${authors.tidy}"]
area: infrastructure
why: Readable.
patch: contributions/tidy.patch
requires: [wide]
`,
  "contributions/tidy.patch": patch,
  "contributions/crash.yaml": `title: Crash
by: ${authors.crash}
area: evaluation
why: Does it?
set: { eval.clean: 13 }
`,
};

export interface Rig {
  readonly dir: string;
  readonly live: Live;
  /** What `live` answers with. */
  plan: Plan;
  report: Report | null;
  diagnostics: Lab["diagnostics"];
  /** Runs these levels at these seeds; `report` is of after it. */
  run(scale: string | null, ...runs: readonly (readonly [readonly string[], number])[]): Promise<void>;
  close(): Promise<void>;
}

const noPlan: Plan = { runs: [], toGo: { runs: 0, coreSeconds: null, allowed: null }, stop: null };
const noBudget = { runs: null, hours: null, core_hours: null, gpu_hours: null };

export async function openRig(): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), "cairn-read-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  let session = await openSession(dir, { scale: null });
  const unused = () => Promise.reject(new Error("not of this test"));
  const live: Live = {
    get session() {
      return session;
    },
    watchOnly: false,
    get diagnostics() {
      return rig.diagnostics;
    },
    report: () => ({ report: rig.report, asOf: 0, computing: false }),
    landingReport: unused,
    plan: async () => rig.plan,
    predict: unused,
    land: unused,
    queue: () => ({ state: "working", because: null, rest: null, running: 0, toGo: null, runsLeft: null }),
    order: unused,
    progress: () => new Map(),
    refresh: async () => {
      session = await reloadSession(session);
    },
    changes: () => {
      throw new Error("not of this test");
    },
    close: () => session.close(),
  };
  const rig: Rig = {
    dir,
    live,
    plan: noPlan,
    report: null,
    diagnostics: [],
    run: async (scale, ...runs) => {
      const own = scale === null ? session : await openSession(dir, { scale });
      await make(own, runs);
      if (scale !== null) await own.close();
      rig.report = await readReport(session, null);
    },
    close: async () => {
      await session.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return rig;
}

async function make(session: Session, runs: readonly (readonly [readonly string[], number])[]): Promise<void> {
  const asked = runs.map(([levels, seed]) => ({ combination: combinationOf(session.loaded, levels), seed, ...byHand }));
  const signal = new AbortController().signal;
  await runAsked(session, asked, { budget: noBudget, capacity: { cpus: 2 }, signal, onEvent: () => {} });
}

export function actor(name: string, ...scopes: Actor["scopes"]): Actor {
  return { account: null, name, scopes };
}
