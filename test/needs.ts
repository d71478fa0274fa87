import { accessSync, appendFileSync, constants, globSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * What some tests need of the machine. `needs("chromium")` gives its path, or null where it is not installed: then the
 * test skips, and the absence is written (a JSON line) to the file that CAIRN_TEST_ABSENT names, from which the test
 * runner prints what did not run and how to get it. In CI an absence is a failure.
 */
export type Need = keyof typeof remedies;

const remedies = {
  chromium: {
    programs: ["chromium", "chromium-browser", "google-chrome"],
    why: "the report's page is tested in a real browser",
    get: "install Debian's package: apt-get install chromium",
  },
  slurm: {
    programs: ["slurmctld"],
    why: "the executor for Slurm is tested on a real one",
    get: "install Debian's packages: apt-get install slurmctld slurmd slurm-client munge",
  },
  postgres: {
    programs: ["postgres"],
    why: "a team's record is tested on a real PostgreSQL server",
    get: "install Debian's package: apt-get install postgresql",
  },
  python: {
    programs: ["python3"],
    why: "a stage of the planted lab is written in it",
    get: "install Debian's package: apt-get install python3",
  },
} as const;

/** @throws Error in CI (the environment's CI is set) when it is absent. */
export function needs(need: Need): string | null {
  const { programs, why, get } = remedies[need];
  const found = findProgram(programs);
  if (found === null) noteAbsence({ name: need, why, get });
  return found;
}

interface Absence {
  readonly name: string;
  readonly why: string;
  readonly get: string;
  /** Too large to be asked of every machine: named, and no failure in CI. */
  readonly optional?: true;
}

/** For what a test cannot have here and no program stands for. @throws Error in CI. */
export function noteAbsence({ optional, ...absence }: Absence): void {
  if (process.env.CI && optional !== true)
    throw new Error(`${absence.name} is needed for these tests and is not here: ${absence.get}`);
  const list = process.env.CAIRN_TEST_ABSENT;
  if (list) appendFileSync(list, `${JSON.stringify(absence)}\n`);
}

function findProgram(programs: readonly string[]): string | null {
  const onPath = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const folders = [...onPath, ...postgresFolders()];
  for (const path of programs.flatMap((program) => folders.map((folder) => join(folder, program)))) {
    if (isExecutable(path)) return path;
  }
  return null;
}

/** Debian keeps the server's programs, which may be there in several versions, off the path. */
function postgresFolders(): string[] {
  return globSync("/usr/lib/postgresql/*/bin").sort().reverse();
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
