import { systemClock } from "../../base/clock.ts";
import { describeServer } from "../../store/describe.ts";
import { isDeadHere } from "../../store/owner.ts";
import { describeStoreProblem, StoreError } from "../../store/store.ts";
import { labRecord } from "../db/lab.ts";
import { lookAt, openRecord, type RecordedLab, recordInUse } from "../db/record.ts";
import { type DatabaseStatus, databaseStatus } from "../db/status.ts";
import { CairnError, failureOf } from "../errors.ts";
import { type Finding, fine, problem } from "./finding.ts";
import { skewFinding } from "./machine.ts";

const name = "record";

/** Where the record is, whether it can be used, and whether it is sound. It is left as it is, older ones too. */
export async function recordFindings(dir: string): Promise<readonly Finding[]> {
  try {
    const lab = await labRecord(dir);
    const server = await serverFindings(lab);
    return [...(await stateFindings(lab)), ...server];
  } catch (error) {
    return [brokenRecord(error)];
  }
}

async function stateFindings(lab: RecordedLab): Promise<readonly Finding[]> {
  const status = await databaseStatus(lab);
  const { server, place, version, known } = status;
  if (server === null) return [fine(name, `nothing recorded yet; it will be ${place}`)];
  if (version > known) throw new StoreError({ kind: "newer", path: place, version, known });
  if (version < known) {
    const plan = `version ${version}, which the next command brings to ${known}; make a backup first (cairn db backup)`;
    return [fine(name, `${place} (${server}), ${plan}`)];
  }
  return checkedRecord(lab, status);
}

async function checkedRecord(
  lab: RecordedLab,
  { server, place, version }: DatabaseStatus,
): Promise<readonly Finding[]> {
  const store = await openRecord(lab, systemClock, isDeadHere);
  try {
    const [damage] = await store.check();
    if (damage !== undefined) return [problem(name, "damaged", damage, restoreHelp(place))];
    const runs = await store.listRuns();
    const sound = fine(name, `${runs.length} runs, the database is sound (${server}, version ${version})`);
    const newest = runs.reduce((latest, run) => Math.max(latest, run.createdAt), 0);
    const behind = newest > Date.now() ? skewFinding(newest, "the newest run in the record") : null;
    return behind === null ? [sound] : [sound, behind];
  } finally {
    await store.close();
  }
}

/** The oldest that is known to do (docs/database.md). */
const oldestPostgres = 12;

/** What a database server says of itself; nothing of a file. */
async function serverFindings(lab: RecordedLab): Promise<readonly Finding[]> {
  const { place, known } = await recordInUse(lab, systemClock);
  if (place.kind === "sqlite") return [];
  const db = lookAt(place);
  try {
    const { clock, major, mayMakeSchema } = await describeServer(db);
    const skew = skewFinding(clock, "the database server's");
    const mend = "docs/database.md goes through it.";
    return [
      ...(skew === null ? [] : [skew]),
      ...(major >= oldestPostgres
        ? []
        : [problem(name, "unavailable", `PostgreSQL ${major}; Cairn needs ${oldestPostgres} or newer`, mend)]),
      ...(known || mayMakeSchema
        ? []
        : [problem(name, "unavailable", "the database's user may not make a schema for this lab", mend)]),
    ];
  } finally {
    await db.destroy();
  }
}

function brokenRecord(error: unknown): Finding {
  if (error instanceof StoreError && error.problem.kind === "corrupt") {
    const { path } = error.problem;
    return problem(name, "damaged", describeStoreProblem(error.problem), restoreHelp(path));
  }
  const failure = failureOf(error);
  if (failure === null) throw error;
  if (error instanceof CairnError && failure.kind === "invalid")
    return problem(
      name,
      "invalid",
      "which one it is cannot be told while the lab file is wrong",
      "`cairn check` says where.",
    );
  const told = "message" in failure ? failure.message : failure.kind;
  const mend = "help" in failure ? failure.help : null;
  return problem(
    name,
    failure.kind === "unavailable" ? "unavailable" : "usage",
    told,
    mend ?? "docs/database.md goes through it.",
  );
}

function restoreHelp(path: string): string {
  return `Restore ${path} from a backup (\`cairn db restore\`), or move it away: landings stay, and what is cached is measured again.`;
}
