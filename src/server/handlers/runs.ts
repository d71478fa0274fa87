import { compareRuns } from "../../app/read/comparison.ts";
import { readCurves } from "../../app/read/curves.ts";
import { openFile } from "../../app/read/files.ts";
import { groupRuns } from "../../app/read/groups.ts";
import { readLog } from "../../app/read/logs.ts";
import { readRun } from "../../app/read/run.ts";
import { listRuns } from "../../app/read/runs.ts";
import type { Handlers } from "../handler.ts";

type RunId = "listRuns" | "groupRuns" | "compareRuns" | "curves" | "run" | "log" | "artifact";

export const runHandlers: Handlers<RunId> = {
  listRuns: ({ query }, { live }) => listRuns(live, query),
  groupRuns: ({ query }, { live }) => groupRuns(live, query),
  compareRuns: ({ query }, { live }) => compareRuns(live, query),
  curves: ({ query }, { live, signal }) => readCurves(live, query, signal),
  run: ({ params }, { live }) => readRun(live, params.run),
  log: ({ params, query }, { live }) => readLog(live, params, query),
  artifact: ({ params, query }, { live }) => openFile(live, params, query.path),
};
