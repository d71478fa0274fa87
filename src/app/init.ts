import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { stringify } from "yaml";
import type { Json } from "../base/json.ts";
import type { Goal } from "../lab/lab.ts";
import { parseLab } from "../lab/parse.ts";
import { explainProblem, splitWords } from "../lab/words.ts";
import { CairnError, usage } from "./errors.ts";
import { writeAtomically } from "./files.ts";
import { contributionsFolder, labFile } from "./load.ts";
import { writeSchemas } from "./schemas.ts";

export interface InitRequest {
  readonly dir: string;
  /** The training command as it is typed today, such as `python train.py --lr 3e-4 --layers 4`. */
  readonly command: string;
  readonly objectives: readonly InitObjective[];
  readonly gpus: number;
}

export interface InitObjective {
  readonly name: string;
  readonly goal: Goal;
}

export interface InitResult {
  readonly files: readonly string[];
  readonly params: Readonly<Record<string, Json>>;
  /** What the command still has to do by itself, a sentence each. */
  readonly next: readonly string[];
}

/**
 * Scaffolds a lab around an existing training command: every `--flag value` becomes a parameter that contributions can
 * set, a `--seed` becomes Cairn's seed, and an output flag its output directory.
 * @throws CairnError `usage`, before anything is written.
 */
export function initLab(request: InitRequest): InitResult {
  const dir = resolve(request.dir);
  if (existsSync(join(dir, labFile))) {
    throw usage(`${labFile} is here already`, "Edit it, or run `cairn check` to see whether it is right.");
  }
  const words = commandWords(request.command);
  if (words.length === 0) throw usage("the command is empty", "Such as --run 'python train.py --lr 3e-4'.");
  if (request.objectives.length === 0) {
    throw usage("a lab needs something to measure", "Such as --objective val_loss:minimize.");
  }
  const found = parameterise(words);
  const code = codeGlobs(dir, words);
  const text = labText(basename(dir), found, code, request);
  const parsed = parseLab({ path: labFile, text });
  if (parsed.lab === null) throw new CairnError({ kind: "invalid", diagnostics: parsed.diagnostics });
  writeAtomically(join(dir, labFile), text);
  writeAtomically(join(dir, contributionsFolder, "README.md"), contributionsReadme);
  const files = [labFile, `${contributionsFolder}/README.md`];
  if (ignoreWorkspace(dir)) files.push(".gitignore");
  writeSchemas(dir);
  return { files, params: found.params, next: nextSteps(found, request) };
}

function commandWords(command: string): readonly string[] {
  const { words, problems } = splitWords(command);
  const problem = problems[0];
  if (problem === undefined) return words.map((word) => word.text);
  const { message, help } = explainProblem(problem);
  throw usage(`the command cannot be used as it is: ${message}`, help);
}

interface Parameterised {
  readonly command: readonly string[];
  readonly params: Readonly<Record<string, Json>>;
  readonly seeded: boolean;
  readonly writesOut: boolean;
}

const seedFlags = new Set(["seed", "random_seed", "manual_seed"]);
const outFlags = new Set(["out", "out_dir", "output", "output_dir", "save_dir", "outdir", "logdir", "log_dir"]);

/** `--lr 3e-4` and `--lr=3e-4` become `--lr {lr}` with the parameter lr: 3e-4; a switch without a value stays as it is. */
function parameterise(words: readonly string[]): Parameterised {
  const command: string[] = [];
  const params: Record<string, Json> = {};
  let seeded = false;
  let writesOut = false;
  const holeFor = (flag: string, value: string): string => {
    const name = flag
      .replace(/^--?/, "")
      .replace(/[^A-Za-z0-9]+/g, "_")
      .toLowerCase();
    if (seedFlags.has(name)) {
      seeded = true;
      return "{CAIRN_SEED}";
    }
    if (outFlags.has(name)) {
      writesOut = true;
      return "{CAIRN_OUT}";
    }
    if (!/^[a-z][a-z0-9_]*$/.test(name) || name in params) return escapeBraces(value);
    params[name] = scalar(value);
    return `{${name}}`;
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const joined = /^(--[A-Za-z][\w-]*)=(.*)$/s.exec(word);
    const following = words[i + 1];
    if (joined !== null) {
      command.push(`${joined[1]}=${holeFor(joined[1] ?? "", joined[2] ?? "")}`);
    } else if (/^--[A-Za-z][\w-]*$/.test(word) && following !== undefined && !/^--?[A-Za-z]/.test(following)) {
      command.push(word, holeFor(word, following));
      i++;
    } else {
      command.push(escapeBraces(word));
    }
  }
  return { command, params, seeded, writesOut };
}

function escapeBraces(word: string): string {
  return word.replaceAll("{", "{{").replaceAll("}", "}}");
}

function scalar(text: string): Json {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  return text;
}

/** The files that make the command what it is: every source file of the language of the scripts it names. */
function codeGlobs(dir: string, words: readonly string[]): string[] {
  const scripts = words.filter((word) => !word.startsWith("-") && /\.\w+$/.test(word) && existsSync(join(dir, word)));
  const globs = scripts.flatMap((script) => {
    const extension = /\.(py|ts|js|mjs|sh|jl|lua|rs|go)$/.exec(script)?.[1];
    return extension === undefined ? [script] : [`**/*.${extension}`];
  });
  return [...new Set(globs)];
}

function labText(name: string, found: Parameterised, code: readonly string[], request: InitRequest): string {
  const stage = {
    run: commandLine(found.command),
    ...(found.seeded ? { seeded: true } : {}),
    code: code.length > 0 ? code : [],
    params: found.params,
    resources: { cpus: 1, gpus: request.gpus },
  };
  const objectives = Object.fromEntries(
    request.objectives.map(({ name: objective, goal }) => [
      objective,
      { stage: "train", goal, matters: "1%", guardrail: "2%" },
    ]),
  );
  const yaml = (value: unknown) => stringify(value, { flowCollectionPadding: true, lineWidth: 110 });
  return `# yaml-language-server: $schema=.cairn/lab.schema.json
# The lab: what is run, and what is measured. \`cairn check\` says whether it is right.
cairn: 1
name: ${JSON.stringify(/^[\w.-]+$/.test(name) ? name : "lab")}

# One command to begin with. {param} is replaced by a parameter, {CAIRN_OUT} by the directory to write to and
# {CAIRN_SEED} by the seed; the same values are in the environment. Split it into stages (data, train, eval) when parts
# of it can be reused: what has not changed is taken from the cache.
${yaml({ stages: { train: stage } })}
# Read from $CAIRN_OUT/metrics.json, such as {"${request.objectives[0]?.name ?? "loss"}": 1.234}.
#   matters:   the smallest difference you care about, absolute or in percent of the baseline
#   guardrail: "not worse than the baseline by more than this"
${yaml({ objectives })}
# From a cheap proxy to the real thing. Add, for example:  proxy: { train.steps: 200 }
scales: { full: {} }

policy: { alpha: 0.05, confidence: 0.9, explore: 0.1 }
`;
}

/** As one line where it reads the same, else as a list. */
function commandLine(words: readonly string[]): string | readonly string[] {
  return words.every((word) => /^[\w@%+=:,./{}-]+$/.test(word)) ? words.join(" ") : words;
}

function nextSteps(found: Parameterised, request: InitRequest): string[] {
  const names = request.objectives.map((o) => `"${o.name}": …`).join(", ");
  const steps = [`Have the command write {${names}} to $CAIRN_OUT/metrics.json when it ends.`];
  if (!found.writesOut) steps.push("Have it write its files under $CAIRN_OUT (or put {CAIRN_OUT} into the command).");
  if (!found.seeded) steps.push("If it draws random numbers: seed it from $CAIRN_SEED and set `seeded: true`.");
  steps.push("Propose a change: cairn propose my-idea --area optimization --set train.lr=6e-4 --why '…'");
  steps.push("See what would run: cairn plan    Then: cairn run");
  return steps;
}

const contributionsReadme = `# Contributions

One file is one proposed change. Write it by hand or with \`cairn propose\`:

    title: Twice the learning rate
    by: [your-name]
    area: optimization
    why: The loss is still falling steeply at the end.
    set: { train.lr: 6e-4 }

Everybody's changes are measured together; \`cairn report\` says which of them land.
`;

/** Adds `.cairn/` to .gitignore; false when it is there already. */
function ignoreWorkspace(dir: string): boolean {
  const path = join(dir, ".gitignore");
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (/^\/?\.cairn\/?$/m.test(text)) return false;
  writeAtomically(path, `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}.cairn/\n`);
  return true;
}
