import type { JsonObject } from "../base/json.ts";
import type { Diagnostics } from "./diagnostic.ts";
import { pathProblem } from "./glob.ts";
import { names, resourceKeys, stageKeys } from "./keys.ts";
import type { Resources, StageSpec } from "./lab.ts";
import {
  describe,
  type Placed,
  readBoolean,
  readEntryMap,
  readFields,
  readMap,
  readNamed,
  readNumber,
  readStrings,
  rules,
  toJson,
} from "./node.ts";
import { readCommand } from "./parse-command.ts";
import { protocolVariables } from "./protocol.ts";
import { readDuration, readMemory } from "./quantity.ts";
import type { Span } from "./source.ts";
import type { Entry, Value } from "./yaml.ts";

/** What is known of a stage: enough of it for the rest of the file to be checked even when some of it is wrong. */
export interface ReadStage {
  readonly name: string;
  readonly nameSpan: Span;
  readonly params: JsonObject;
  readonly needs: readonly Placed[];
  readonly code: readonly Placed[];
  readonly runSpan: Span;
  /** Null when it has errors. */
  readonly spec: StageSpec | null;
}

export function readStage(entry: Entry, out: Diagnostics): ReadStage {
  const map = readEntryMap(entry, "a stage", out);
  const fields = map === null ? null : readFields(map, stageKeys, "a stage", entry.keySpan, out);
  const get = (key: keyof typeof stageKeys): Value | null => fields?.get(key) ?? null;
  const params = Object.fromEntries(
    readNamed(get("params"), "params", names.param, out).map((param) => [param.key, toJson(param.value)]),
  );
  const needs = readStrings(get("needs"), "needs", out);
  const seeded = readBoolean(get("seeded"), "seeded", out) ?? false;
  const protocol = protocolVariables({ needs: needs.map((need) => need.text), seeded });
  const command = readCommand(get("run"), { params: Object.keys(params), protocol }, out);
  const code = readPaths(get("code"), "code", out);
  const outputs = readPaths(get("outputs"), "outputs", out);
  const spec: StageSpec | null = {
    name: entry.key,
    command: command ?? [],
    needs: needs.map((need) => need.text),
    seeded,
    params,
    code: code.map((glob) => glob.text),
    outputs: outputs.map((path) => path.text),
    env: readEnv(get("env"), out),
    resources: readResources(get("resources"), out),
    timeout: readDuration(get("timeout"), "timeout", out),
  };
  const runSpan = get("run")?.span ?? entry.keySpan;
  return {
    name: entry.key,
    nameSpan: entry.keySpan,
    params,
    needs,
    code,
    runSpan,
    spec: command === null ? null : spec,
  };
}

/** Globs of `code` and files of `outputs`: both stay inside their directory. */
function readPaths(value: Value | null, name: "code" | "outputs", out: Diagnostics): Placed[] {
  return readStrings(value, name, out).filter(({ text, span }) => {
    const problem = name === "code" && text.startsWith("!") ? "begins with `!`" : pathProblem(text);
    if (problem === null) return true;
    const help =
      problem === "begins with `!`"
        ? "There is no negation: list what counts."
        : `Write it relative to ${name === "code" ? "the lab's directory" : "CAIRN_OUT"}, with \`/\` between names.`;
    out.error({ code: "bad-path", message: `\`${text}\` ${problem}.`, span, help });
    return false;
  });
}

function readEnv(value: Value | null, out: Diagnostics): Record<string, string> {
  const env: [string, string][] = [];
  for (const entry of readNamed(value, "env", names.env, out)) {
    if (entry.key.startsWith("CAIRN_")) {
      const message = `\`${entry.key}\` is one of the variables that Cairn itself sets.`;
      out.error({
        code: "bad-name",
        message,
        span: entry.keySpan,
        help: "Choose a name that does not begin with CAIRN_.",
      });
    } else if (entry.value.kind === "string") env.push([entry.key, entry.value.value]);
    else if (entry.value.kind === "number" || entry.value.kind === "boolean") env.push([entry.key, entry.value.text]);
    else {
      const message = `\`${entry.key}\` must be text, not ${describe(entry.value)}.`;
      const help = entry.value.kind === "null" ? 'For an empty variable write "".' : undefined;
      out.error({ code: "wrong-type", message, span: entry.value.span, ...(help === undefined ? {} : { help }) });
    }
  }
  return Object.fromEntries(env);
}

function readResources(value: Value | null, out: Diagnostics): Resources {
  const map = readMap(value, "resources", out);
  const fields = map === null ? null : readFields(map, resourceKeys, "`resources`", map.span, out);
  return {
    cpus: readNumber(fields?.get("cpus") ?? null, "cpus", rules.positive, out) ?? 1,
    gpus: readNumber(fields?.get("gpus") ?? null, "gpus", rules.notNegative, out) ?? 0,
    memory: readMemory(fields?.get("memory") ?? null, "memory", out),
  };
}
