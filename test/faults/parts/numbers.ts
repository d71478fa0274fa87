import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { systemClock } from "../../../src/base/clock.ts";
import { openSqliteStore } from "../../../src/store/sqlite.ts";
import { until } from "../../serve/rig.ts";
import { openDoor, openRig, type Rig } from "../../server/rig.ts";
import { databaseOf, readEvidence } from "../evidence.ts";
import { type Notes, type Part, takeNotes } from "../part.ts";

const cli = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

/** What a stage measures, as it is written everywhere outside JSON. */
const truth = { nan: "NaN", plus: "Infinity", minus: "-Infinity", small: "5e-324", large: "1.7976931348623157e+308" };
const names = Object.keys(truth);
/** Python's bare words, and strings: both are read. */
const spellings = ["bare", "quoted"];

const labFile = `cairn: 1
name: numbers
stages:
  train:
    run: sh stages/train.sh {spelling}
    code: [stages/train.sh]
    seeded: true
    params: { spelling: finite }
objectives:
${names.map((name) => `  ${name}: { stage: train, goal: minimize, matters: 1 }`).join("\n")}
scales: { full: {} }
`;

const value = (text: string, spelling: string) =>
  /[a-z]{3}/i.test(text) && spelling === "quoted" ? `"${text}"` : text;
const stageFile = `set -e
case $1 in
${spellings
  .map((spelling) => {
    const metrics = Object.entries(truth).map(([name, text]) => `"${name}": ${value(text, spelling)}`);
    const events = Object.values(truth).map(
      (text, i) => `{"type":"metric","name":"curve","step":${i},"value":${value(text, spelling)}}`,
    );
    return `${spelling})
cat > "$CAIRN_OUT/metrics.json" <<'END'
{${metrics.join(", ")}}
END
cat >> "$CAIRN_EVENTS" <<'END'
${events.join("\n")}
END
;;`;
  })
  .join("\n")}
*) echo '{${names.map((name) => `"${name}": 1`).join(", ")}}' > "$CAIRN_OUT/metrics.json" ;;
esac
`;

/** NaN, the infinities, and the smallest and the largest number, from a stage's files to everything that shows them. */
export const numbers: Part = {
  name: "numbers",
  title: "NaN and the infinities on every way",
  run: async (order) => {
    const notes = takeNotes();
    const rig = await openRig(openDoor, {}, makeLab);
    try {
      await checkStore(notes, rig);
      await checkApi(notes, rig);
      // Each is a program of its own that works the report out anew.
      if (order.size === "long") checkExports(notes, rig);
    } finally {
      await rig.close();
    }
    return { kind: "ran", tally: notes.tally() };
  },
};

function makeLab(dir: string): void {
  writeFileSync(join(dir, "cairn.yaml"), labFile);
  writeFileSync(join(dir, "stages", "train.sh"), stageFile);
  for (const file of readdirSync(join(dir, "contributions"))) rmSync(join(dir, "contributions", file));
  for (const spelling of spellings) {
    const text = `title: Numbers as ${spelling} words\nby: [ada]\narea: optimization\nwhy: They are hard.\nset: { train.spelling: ${spelling} }\n`;
    writeFileSync(join(dir, "contributions", `${spelling}.yaml`), text);
    cairn(dir, "run", spelling, "--seed", "1");
  }
}

function cairn(dir: string, ...argv: readonly string[]): string {
  return execFileSync(process.execPath, [cli, "-C", dir, ...argv], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function compare(notes: Notes, where: string, found: Readonly<Record<string, unknown>>): void {
  for (const [name, text] of Object.entries(truth)) {
    notes.count("numbers compared");
    if (!Object.is(Number(found[name] ?? "absent"), Number(text)) || found[name] === null)
      notes.find("damaged", `${where}: ${name} is ${JSON.stringify(found[name])} and not ${text}`);
  }
}

/** By position, of a curve. */
function named(values: ArrayLike<unknown>): Record<string, unknown> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}

async function checkStore(notes: Notes, rig: Rig): Promise<void> {
  const { results } = readEvidence(rig.dir);
  if (results.length !== spellings.length)
    notes.find("lost", `${results.length} results of ${spellings.length} stages`);
  const store = await openSqliteStore(databaseOf(rig.dir), systemClock);
  for (const { attempt, metrics } of results) {
    compare(notes, "the row", z.record(z.string(), z.unknown()).parse(JSON.parse(metrics)));
    const result = await store.findAttemptResult(attempt);
    compare(notes, "the record", Object.fromEntries(result?.metrics ?? []));
    compare(notes, "the curve", named((await store.readMetrics(attempt, "curve")).values));
  }
  await store.close();
}

const runs = z.array(z.object({ id: z.string(), values: z.record(z.string(), z.unknown()) }));

async function checkApi(notes: Notes, rig: Rig): Promise<void> {
  const ask = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const response = await rig.request(`/api/v1${path}`);
    return schema.parse(await response.json());
  };
  const page = await ask("/runs", z.object({ items: runs }));
  const current = z.object({ report: z.object({ runs }).nullable() });
  // It is worked out meanwhile, in a thread.
  await until("a report", async () => (await ask("/report", current)).report !== null);
  const { report } = await ask("/report", current);
  for (const { values } of report?.runs ?? []) compare(notes, "the API's report", values);
  if (page.items.length !== spellings.length) notes.find("lost", `the API lists ${page.items.length} runs`);
  for (const { id, values } of page.items) {
    compare(notes, "the API's list of runs", values);
    const detail = z.object({ stages: z.array(z.object({ metrics: z.record(z.string(), z.unknown()) })) });
    const { stages } = await ask(`/runs/${id}`, detail);
    compare(notes, "the API's run", stages[0]?.metrics ?? {});
    const marked = z.object({ x: z.number(), value: z.string() });
    const curves = z.object({ series: z.array(z.object({ marks: z.array(marked), mean: z.array(z.unknown()) })) });
    const { series } = await ask(`/curves?run=${id}&stage=train&name=curve`, curves);
    const marks = new Map(series[0]?.marks.map(({ x, value: text }) => [x, text]));
    const drawn = series[0]?.mean.filter((mean) => mean !== null) ?? [];
    compare(notes, "the API's curve", named([marks.get(0), marks.get(1), marks.get(2), ...drawn]));
  }
}

function checkExports(notes: Notes, rig: Rig): void {
  const json = z.object({ runs }).parse(JSON.parse(cairn(rig.dir, "export", "--format", "json")));
  for (const { values } of json.runs) compare(notes, "the export as JSON", values);
  const [header = "", ...rows] = cairn(rig.dir, "export").trim().split(/\r?\n/);
  if (rows.length !== spellings.length) notes.find("lost", `the export has ${rows.length} runs`);
  for (const row of rows) {
    const cells = row.split(",");
    compare(notes, "the export as CSV", Object.fromEntries(header.split(",").map((name, i) => [name, cells[i]])));
  }
}
