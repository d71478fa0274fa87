import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../src/cli/program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A copy of one of the repository's labs in a directory of its own. */
export interface Rig {
  readonly dir: string;
  /** Runs one command line in this process, with nobody watching the terminal. */
  cairn(...argv: string[]): Promise<Outcome>;
  /** The same, for a command that prints JSON. @throws when what it prints is none. */
  json(...argv: string[]): Promise<unknown>;
  dispose(): void;
}

export function createRig(lab: string | null): Rig {
  const dir = mkdtempSync(join(tmpdir(), "cairn-e2e-"));
  if (lab !== null)
    cpSync(join(root, "labs", lab), dir, { recursive: true, filter: (path) => !path.endsWith(".cairn") });
  const cairn = async (...argv: string[]): Promise<Outcome> => {
    let out = "";
    let err = "";
    const code = await run(argv, {
      cwd: dir,
      env: {},
      out: (text) => {
        out += `${text}\n`;
      },
      note: (text) => {
        err += `${text}\n`;
      },
      color: false,
      live: false,
      unicode: true,
      width: 100,
    });
    return { code, out, err };
  };
  return {
    dir,
    cairn,
    async json(...argv) {
      const { out } = await cairn(...argv, "--json");
      return JSON.parse(out);
    },
    dispose: () => rmSync(dir, { recursive: true, force: true }),
  };
}
