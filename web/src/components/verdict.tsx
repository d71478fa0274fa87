import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ReportVerdict } from "../../../src/api/report.ts";
import type { Words } from "../../../src/api/words.ts";
import { type Format, useFormat } from "../format.ts";
import classes from "./verdict.module.css";
import { useWords } from "./words.ts";

/** A verdict by its mark, colour, word and sentence; the same everywhere. */

/** What the colour says; the mark and the word say it too. */
export type Tone = "land" | "shelve" | "undecided" | "harm";

interface NamedObjective {
  readonly name: string;
  readonly unit: string | null;
}

export interface VerdictWords {
  /** One or two words: `land`, `superseded`, `too noisy yet`. */
  readonly label: (verdict: ReportVerdict) => string;
  /** Why, with numbers and units. */
  readonly sentence: (verdict: ReportVerdict) => string;
}

type Say = (key: string, values?: Readonly<Record<string, unknown>>) => string;

const harmful: ReadonlySet<string> = new Set(["harms", "hurts", "diverges", "cannot-run"]);

export function toneOf(verdict: ReportVerdict): Tone {
  if (verdict.kind === "landed" || verdict.kind === "land") return "land";
  if (verdict.kind === "undecided") return "undecided";
  return harmful.has(verdict.reason.kind) ? "harm" : "shelve";
}

/** @param objectives for the units of harm */
export function useVerdictWords(objectives: readonly NamedObjective[] = []): VerdictWords {
  const { t } = useTranslation("components");
  const format = useFormat();
  const words = useWords();
  return useMemo(() => {
    const say: Say = (key, values) => t(key, { ...values });
    return {
      label: (verdict) => say(`verdict.${labelKey(verdict)}`),
      sentence: (verdict) => sentenceOf(verdict, { say, format, words, objectives }),
    };
  }, [t, format, words, objectives]);
}

function labelKey(verdict: ReportVerdict): string {
  return verdict.kind === "shelve" || verdict.kind === "undecided" ? verdict.reason.kind : verdict.kind;
}

interface Means {
  readonly say: Say;
  readonly format: Format;
  readonly words: Words;
  readonly objectives: readonly NamedObjective[];
}

function sentenceOf(verdict: ReportVerdict, means: Means): string {
  const { say, format } = means;
  switch (verdict.kind) {
    case "landed":
      return say("reason.landed", { landing: verdict.landing });
    case "land":
      return landSentence(verdict.reason, say, format);
    case "shelve":
      return shelveSentence(verdict.reason, means);
    case "undecided": {
      const { runs, coreSeconds } = verdict.costToKnow;
      const cost = format.deviceTime(coreSeconds);
      return `${undecidedSentence(verdict.reason, say, format)} ${say("reason.toKnow", { count: runs, cost })}`;
    }
  }
}

type Reason<K extends "land" | "shelve" | "undecided"> = Extract<ReportVerdict, { kind: K }>["reason"];

function landSentence({ inSet, alone, worksWith, overlapsWith }: Reason<"land">, say: Say, format: Format): string {
  const numbers = { inSet: utility(inSet, say, format), alone: format.mean(alone) };
  return [
    say(inSet.low > 0 ? "reason.landSure" : "reason.landUnsure", numbers),
    ...(worksWith.length === 0 ? [] : [say("reason.worksWith", { levels: format.list(worksWith) })]),
    ...(overlapsWith.length === 0 ? [] : [say("reason.overlapsWith", { levels: format.list(overlapsWith) })]),
  ].join(" ");
}

function shelveSentence(reason: Reason<"shelve">, { say, format, words, objectives }: Means): string {
  switch (reason.kind) {
    case "superseded":
      return say("reason.superseded", { by: reason.by, inSet: utility(reason.inSet, say, format) });
    case "harms": {
      const unit = objectives.find(({ name }) => name === reason.objective)?.unit ?? null;
      const values = { objective: reason.objective, difference: format.difference(reason.difference, unit) };
      return say(reason.guardrail ? "reason.harmsGuardrail" : "reason.harms", values);
    }
    case "no-effect":
      return say("reason.noEffect", { inSet: utility(reason.inSet, say, format), alone: format.mean(reason.alone) });
    case "hurts": {
      const key = reason.alone.low > 0 ? "reason.hurtsOnlyInSet" : "reason.hurts";
      return say(key, { inSet: utility(reason.inSet, say, format), alone: format.mean(reason.alone) });
    }
    case "only-with":
      return say("reason.onlyWith", { other: reason.other, inSet: utility(reason.inSet, say, format) });
    case "diverges":
      return say("reason.diverges", { runs: reason.runs, of: reason.of });
    case "cannot-run":
      return say("reason.cannotRun", { because: crashClause(reason, words).replace(/\.?\s*$/, "") });
  }
}

function crashClause({ because, failure }: Extract<Reason<"shelve">, { kind: "cannot-run" }>, words: Words): string {
  if (failure === undefined) return because;
  return failure === null ? words.clash({ kind: "contradiction" }) : words.failure(failure);
}

function undecidedSentence(reason: Reason<"undecided">, say: Say, format: Format): string {
  switch (reason.kind) {
    case "unmeasured":
      return say("reason.unmeasured");
    case "noisy":
      return say("reason.noisy", { inSet: utility(reason.inSet, say, format), alone: format.mean(reason.alone) });
    case "unconfirmed":
      return say("reason.unconfirmed");
    case "guardrail-unsure": {
      const probability = format.probability(reason.probability);
      return say("reason.guardrailUnsure", { objective: reason.objective, probability });
    }
  }
}

function utility(value: { mean: number; low: number; high: number }, say: Say, format: Format): string {
  return format.difference(value, say("utility"));
}

/** The mark alone: a shape a verdict, so that colour is never alone in telling them apart. */
export function VerdictMark({ tone, landed = false }: { readonly tone: Tone; readonly landed?: boolean }) {
  return (
    <svg className={classes.mark} data-tone={tone} width="10" height="10" viewBox="-6 -6 12 12" aria-hidden="true">
      {landed ? <rect x="-4.5" y="-4.5" width="9" height="9" rx="1" className={classes.full} /> : shapes[tone]}
    </svg>
  );
}

const shapes = {
  land: <circle r="4.8" className={classes.full} />,
  shelve: <circle r="4" />,
  undecided: <path d="M0-5.2 5.2 0 0 5.2-5.2 0Z" />,
  harm: <path d="m-3.6-3.6 7.2 7.2m0-7.2-7.2 7.2" />,
};

export function VerdictBadge({ verdict }: { readonly verdict: ReportVerdict }) {
  const words = useVerdictWords();
  const tone = toneOf(verdict);
  return (
    <span className={classes.badge} data-tone={tone}>
      <VerdictMark tone={tone} landed={verdict.kind === "landed"} />
      {words.label(verdict)}
    </span>
  );
}
