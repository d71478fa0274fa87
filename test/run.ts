/**
 * Every check and test, one after another: `./cairn test [--only types|lint|tests] [anything vitest takes]`.
 *
 * Files and options that are not its own are handed to vitest, which then runs alone. Whatever a machine lacks is named
 * at the end with the way to get it; in CI what lacks it fails. Exit status: 0 when nothing failed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { z } from "zod";

/** Numbers of checks and tests. */
interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Check {
  readonly name: "types" | "lint" | "tests";
  readonly heading: string;
  run(): Count;
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const scratch = mkdtempSync(join(tmpdir(), "cairn-test-"));
/** Where tests write down what they could not run without (test/needs.ts). */
const absentFile = process.env.CAIRN_TEST_ABSENT ?? join(scratch, "absent.jsonl");

/** Runs a JavaScript program of a dependency with this very Node. True when it exits with 0. */
function run(program: string, args: readonly string[]): boolean {
  const { status } = spawnSync(process.execPath, [join(root, "node_modules", program), ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, CAIRN_TEST_ABSENT: absentFile },
  });
  return status === 0;
}

/** @param project a folder with a tsconfig.json */
function checkTypes(project: string): boolean {
  return run("typescript/bin/tsc", ["--noEmit", "-p", join(root, project)]);
}

function oneCheck(passed: boolean): Count {
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

/** What is read of vitest's JSON report. */
const vitestReport = z.object({
  numPassedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/** A test file that could not be loaded has no tests to fail: it counts as one failure. */
function countTests(reportFile: string, succeeded: boolean): Count {
  if (!existsSync(reportFile)) return oneCheck(false);
  const report = vitestReport.parse(JSON.parse(readFileSync(reportFile, "utf8")));
  const failed = report.testResults.reduce((sum, file) => {
    const tests = file.assertionResults.filter((test) => test.status === "failed").length;
    return sum + (file.status === "failed" ? Math.max(tests, 1) : tests);
  }, 0);
  return {
    passed: report.numPassedTests,
    failed: succeeded ? failed : Math.max(failed, 1),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function checks(vitestArgs: readonly string[]): readonly Check[] {
  return [
    {
      name: "types",
      heading: "Types (tsc)",
      run: () => oneCheck([".", "web"].every(checkTypes)),
    },
    {
      name: "lint",
      heading: "Lint and format (biome)",
      run: () => oneCheck(run("@biomejs/biome/bin/biome", ["check"])),
    },
    {
      name: "tests",
      heading: "Tests (vitest)",
      run: () => {
        const reportFile = join(scratch, "vitest.json");
        const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
        return countTests(reportFile, run("vitest/vitest.mjs", ["run", ...reporters, ...vitestArgs]));
      },
    },
  ];
}

const absence = z.object({ name: z.string(), why: z.string(), get: z.string() });
type Absence = z.infer<typeof absence>;

/** One entry a name: several test files may lack the same thing. */
function readAbsences(): Absence[] {
  if (!existsSync(absentFile)) return [];
  const lines = readFileSync(absentFile, "utf8").split("\n").filter(Boolean);
  return [...new Map(lines.map((line) => absence.parse(JSON.parse(line))).map((lack) => [lack.name, lack])).values()];
}

interface Request {
  readonly only: string | null;
  readonly vitestArgs: readonly string[];
}

function readArguments(args: readonly string[]): Request {
  const at = args.indexOf("--only");
  if (at === -1) return { only: args.length > 0 ? "tests" : null, vitestArgs: args };
  return { only: args[at + 1] ?? "", vitestArgs: args.toSpliced(at, 2) };
}

function heading(text: string): void {
  console.log(`\n${styleText("bold", `━━ ${text}`)}`);
}

function reportAbsences(absences: readonly Absence[]): void {
  if (absences.length === 0) return;
  heading("Not run on this machine");
  for (const { name, why, get } of absences) console.log(`${name} (${why})\n  to have it: ${get}`);
}

/** @returns the exit status. */
function main(args: readonly string[]): number {
  const start = performance.now();
  const { only, vitestArgs } = readArguments(args);
  const known = checks(vitestArgs);
  const chosen = known.filter((check) => only === null || check.name === only);
  if (chosen.length === 0) {
    console.error(
      `--only ${only}: there is no such check. Choose one of ${known.map((check) => check.name).join(", ")}.`,
    );
    return 2;
  }
  let total: Count = { passed: 0, failed: 0, skipped: 0 };
  const summary: string[] = [];
  for (const check of chosen) {
    heading(check.heading);
    const began = performance.now();
    const count = check.run();
    total = {
      passed: total.passed + count.passed,
      failed: total.failed + count.failed,
      skipped: total.skipped + count.skipped,
    };
    const mark = count.failed > 0 ? "FAILED" : "ok";
    summary.push(`${check.heading}: ${mark}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }
  reportAbsences(readAbsences());

  heading(`All of it: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  for (const line of summary) console.log(line);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed > 0 ? 1 : 0;
}

try {
  process.exitCode = main(process.argv.slice(2));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
