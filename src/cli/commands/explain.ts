import { explainRun } from "../../app/explain.ts";
import type { Register } from "../command.ts";
import { outJson, painter } from "../io.ts";
import { examples, positiveInteger, scaleOption, withSession } from "./shared.ts";

export const registerExplain: Register = (program, io) => {
  program
    .command("explain [levels...]")
    .description("say why each stage of a run would be executed or taken from the cache")
    .option(...scaleOption)
    .option("--seed <n>", "of the run", positiveInteger("seed"), 1)
    .option("--json", "machine-readable")
    .addHelpText(
      "after",
      examples("cairn explain                 (the baseline)", "cairn explain rotary muon --scale proxy"),
    )
    .action(async (levels: string[], options: { scale?: string; seed: number; json?: boolean }) => {
      const wanted = levels.length === 0 ? ["baseline"] : levels;
      const stages = await withSession(program, io, options.scale, (session) =>
        explainRun(session, wanted, options.seed),
      );
      if (options.json === true) return outJson(io, stages);
      const paint = painter(io);
      const width = Math.max(...stages.map((stage) => stage.stage.length));
      for (const { stage, state, key, because } of stages) {
        const mark = {
          cached: paint("green", "cached  "),
          "will-run": paint("yellow", "will run"),
          unknown: paint("dim", "unknown "),
        };
        io.out(
          `${stage.padEnd(width)}  ${mark[state]}  ${paint("dim", key?.slice(0, 12) ?? "—".padEnd(12))}  ${because[0] ?? ""}`,
        );
        for (const more of because.slice(1)) io.out(`${" ".repeat(width + 26)}${more}`);
      }
    });
};
