import { createDiagnostics, type Diagnostics, fileSpan, hasErrors, inTextOrder } from "./diagnostic.ts";
import { checkNeeds } from "./graph.ts";
import { budgetKeys, labFormat, labKeys, names, objectiveKeys, policyKeys } from "./keys.ts";
import type { Budget, Lab, Objective, Policy, Scale, StageSpec } from "./lab.ts";
import {
  describe,
  readBoolean,
  readChoice,
  readEntryMap,
  readFields,
  readLine,
  readMap,
  readNamed,
  readNumber,
  rules,
} from "./node.ts";
import { readOverlay, type Settable } from "./overlay.ts";
import { readExecutor } from "./parse-executor.ts";
import { readStage } from "./parse-stage.ts";
import { readAmount } from "./quantity.ts";
import type { Diagnostic, Source, Span } from "./source.ts";
import { offer } from "./suggest.ts";
import { type Entry, type MapValue, readYaml, type Value } from "./yaml.ts";

export interface ParsedLab {
  /** Null when there is an error. */
  readonly lab: Lab | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly places: LabPlaces;
}

/** Where in the file the things stand that can only be checked against the lab's directory. */
export interface LabPlaces {
  readonly stages: ReadonlyMap<string, { readonly run: Span; readonly code: readonly Span[] }>;
}

/** Reads a `cairn.yaml`. Everything that is wrong with it is reported, not the first thing only. */
export function parseLab(source: Source): ParsedLab {
  const out = createDiagnostics();
  const places = new Map<string, { run: Span; code: readonly Span[] }>();
  const lab = readLab(source, places, out);
  return { lab: hasErrors(out.items) ? null : lab, diagnostics: inTextOrder(out.items), places: { stages: places } };
}

function readLab(
  source: Source,
  places: Map<string, { run: Span; code: readonly Span[] }>,
  out: Diagnostics,
): Lab | null {
  const root = readYaml(source, out);
  if (root === null) return null;
  const start = fileSpan(source);
  if (root.kind !== "map") {
    const message = root.kind === "null" ? "The lab file is empty." : `A lab file is a map, not ${describe(root)}.`;
    return out.error({ code: "not-a-lab", message, span: start, help: "`cairn init` writes one to begin with." });
  }
  if (isNewer(root, out)) return null;
  const fields = readFields(root, labKeys, "a lab file", start, out);
  readFormat(fields.get("cairn"), out);
  const name = readLine(fields.get("name"), "name", out);
  const stages = readNamed(fields.get("stages"), "stages", names.stage, out).map((entry) => readStage(entry, out));
  requireSome(fields.get("stages"), "stages", "one stage", out);
  checkNeeds(stages, out);
  for (const stage of stages) {
    places.set(stage.name, { run: stage.runSpan, code: stage.code.map((glob) => glob.span) });
  }
  const settable: Settable = new Map(stages.map((stage) => [stage.name, stage.params]));
  const objectives = readObjectives(fields.get("objectives"), [...settable.keys()], out);
  const scales = readScales(fields.get("scales"), settable, out);
  const policy = readPolicy(fields.get("policy"), scales, out);
  const executor = readExecutor(fields.get("executor"), out);
  const specs = stages.map((stage) => stage.spec).filter((spec): spec is StageSpec => spec !== null);
  return { name: name ?? "", stages: specs, objectives, scales, policy, executor };
}

/** A lab of a newer format: nothing else that could be said of it would be right. */
function isNewer(root: MapValue, out: Diagnostics): boolean {
  const value = root.entries.find((entry) => entry.key === "cairn")?.value;
  if (value?.kind !== "number" || value.value <= labFormat) return false;
  const message = `This lab is written for format ${value.text}; this Cairn reads format ${labFormat}.`;
  out.error({ code: "newer-format", message, span: value.span, help: "Get a newer Cairn." });
  return true;
}

function readFormat(value: Value | null, out: Diagnostics): void {
  if (value === null || (value.kind === "number" && value.value === labFormat)) return;
  const message = `\`cairn\` is the format of this file and must be the number ${labFormat}, not ${describe(value)}.`;
  out.error({ code: "bad-format", message, span: value.span, help: `Write cairn: ${labFormat}.` });
}

/** An empty map where something must be. */
function requireSome(value: Value | null, name: string, what: string, out: Diagnostics): void {
  if (value?.kind !== "map" || value.entries.length > 0) return;
  out.error({ code: "empty-map", message: `\`${name}\` is empty: a lab has at least ${what}.`, span: value.span });
}

function readObjectives(value: Value | null, stages: readonly string[], out: Diagnostics): Objective[] {
  requireSome(value, "objectives", "one objective", out);
  const entries = readNamed(value, "objectives", names.objective, out);
  const objectives = entries.map((entry) => readObjective(entry, stages, out));
  const sound = objectives.filter((objective) => objective !== null);
  if (value !== null && sound.length > 0 && sound.length === objectives.length) {
    if (sound.every((objective) => objective.weight === 0)) {
      const message = "Every objective has weight 0, so that nothing can be better than anything.";
      const span = entries[0]?.keySpan ?? value.span;
      out.error({ code: "no-utility", message, span, help: "Give at least one objective a weight above 0." });
    }
  }
  return sound;
}

function readObjective(entry: Entry, stages: readonly string[], out: Diagnostics): Objective | null {
  const map = readEntryMap(entry, "an objective", out);
  if (map === null) return null;
  const fields = readFields(map, objectiveKeys, "an objective", entry.keySpan, out);
  const stage = readLine(fields.get("stage"), "stage", out);
  if (stage !== null && !stages.includes(stage)) {
    const span = fields.get("stage")?.span ?? entry.keySpan;
    const help = offer(stage, stages, "stages");
    out.error({ code: "unknown-stage", message: `\`${stage}\` is not a stage of this lab.`, span, help });
  }
  const goal = readChoice(fields.get("goal"), "goal", ["minimize", "maximize"], out);
  const unit = readLine(fields.get("unit"), "unit", out);
  const matters = readAmount(fields.get("matters"), "matters", out);
  const guardrail = readAmount(fields.get("guardrail"), "guardrail", out);
  const weight = readNumber(fields.get("weight"), "weight", rules.notNegative, out) ?? 1;
  const items = readBoolean(fields.get("items"), "items", out) ?? false;
  if (stage === null || goal === null || matters === null) return null;
  return { name: entry.key, stage, goal, unit, matters, guardrail, weight, items };
}

function readScales(value: Value | null, settable: Settable, out: Diagnostics): Scale[] {
  if (value === null) return [{ name: "full", set: {} }];
  requireSome(value, "scales", "one scale", out);
  return readNamed(value, "scales", names.scale, out).map((entry) => ({
    name: entry.key,
    set: readOverlay(entry.value.kind === "null" ? null : entry.value, entry.key, settable, out),
  }));
}

function readPolicy(value: Value | null, scales: readonly Scale[], out: Diagnostics): Policy {
  const map = readMap(value, "policy", out);
  const fields = map === null ? null : readFields(map, policyKeys, "`policy`", map.span, out);
  const get = (key: keyof typeof policyKeys): Value | null => fields?.get(key) ?? null;
  const choices = scales.map((scale) => scale.name);
  return {
    alpha: readNumber(get("alpha"), "alpha", rules.probability, out) ?? 0.05,
    confidence: readNumber(get("confidence"), "confidence", rules.probability, out) ?? 0.9,
    explore: readNumber(get("explore"), "explore", rules.share, out) ?? 0.1,
    retries: readNumber(get("retries"), "retries", rules.count, out) ?? 1,
    scale: readChoice(get("scale"), "scale", choices, out),
    blind: readBoolean(get("blind"), "blind", out) ?? true,
    budget: readBudget(get("budget"), out),
  };
}

function readBudget(value: Value | null, out: Diagnostics): Budget {
  const map = readMap(value, "budget", out);
  const fields = map === null ? null : readFields(map, budgetKeys, "`budget`", map.span, out);
  const get = (key: keyof typeof budgetKeys): Value | null => fields?.get(key) ?? null;
  return {
    runs: readNumber(get("runs"), "runs", rules.positiveCount, out),
    core_hours: readNumber(get("core_hours"), "core_hours", rules.positive, out),
    gpu_hours: readNumber(get("gpu_hours"), "gpu_hours", rules.positive, out),
    hours: readNumber(get("hours"), "hours", rules.positive, out),
  };
}
