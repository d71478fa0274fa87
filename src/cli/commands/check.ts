import { diagnosticRecord, diagnosticsText } from "../../app/diagnostics.ts";
import { CairnError } from "../../app/errors.ts";
import { levelCount } from "../../app/knowledge.ts";
import { findLab, loadLab } from "../../app/load.ts";
import { writeSchemas } from "../../app/schemas.ts";
import type { Register } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { outJson, painter } from "../io.ts";
import { examples, labDir } from "./shared.ts";

export const registerCheck: Register = (program, io, setExit) => {
  program
    .command("check")
    .description("say whether the lab and every contribution are right, and what conflicts with what")
    .option("--json", "machine-readable")
    .addHelpText("after", examples("cairn check", "cairn -C labs/sotu check --json"))
    .action(async (options: { json?: boolean }) => {
      const dir = findLab(labDir(program, io));
      try {
        const loaded = await loadLab(dir);
        writeSchemas(dir);
        const shared = loaded.space.factors.filter((factor) => factor.levels.length > 1);
        const conflicts = shared
          .filter((factor) => new Set(factor.levels.map((level) => level.contribution.id)).size > 1)
          .map((factor) => factor.levels.map((level) => level.id));
        if (options.json === true) {
          return outJson(io, {
            ok: true,
            lab: loaded.lab.name,
            stages: loaded.lab.stages.length,
            objectives: loaded.lab.objectives.length,
            contributions: loaded.contributions.length,
            factors: loaded.space.factors.length,
            conflicts,
            baseline: loaded.landings.at(-1)?.set ?? [],
            diagnostics: loaded.warnings.map(diagnosticRecord),
          });
        }
        if (loaded.warnings.length > 0) io.note(diagnosticsText(loaded.warnings, io));
        const paint = painter(io);
        const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;
        io.out(
          `${paint("green", "✓")} ${paint("bold", loaded.lab.name)}: ${count(loaded.lab.stages.length, "stage")}, ${count(loaded.lab.objectives.length, "objective")}, ${count(loaded.contributions.length, "contribution")} (${count(levelCount(loaded.space), "level")} of ${count(loaded.space.factors.length, "factor")})`,
        );
        for (const levels of conflicts)
          io.out(`  ${levels.join(" · ")}: cannot go together, so at most one of them lands`);
        const where = (ref: { factor: number; level: number }) =>
          loaded.space.factors[ref.factor]?.levels[ref.level - 1]?.id ?? "?";
        for (const [a, b] of loaded.space.excludes) io.out(`  ${where(a)} · ${where(b)}: cannot go together`);
        if (loaded.contributions.length === 0)
          io.out("  No contributions yet: `cairn propose --help` shows how to make one.");
      } catch (error) {
        if (options.json !== true || !(error instanceof CairnError) || error.failure.kind !== "invalid") throw error;
        outJson(io, { ok: false, diagnostics: error.failure.diagnostics.map(diagnosticRecord) });
        setExit(exitCodes.invalid);
      }
    });
};
