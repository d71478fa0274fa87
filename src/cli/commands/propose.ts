import { findLab } from "../../app/load.ts";
import { assignments, propose } from "../../app/propose.ts";
import { changeLines } from "../../app/report.ts";
import type { Register } from "../command.ts";
import { outJson, painter } from "../io.ts";
import { collect, examples, labDir } from "./shared.ts";

interface Options {
  title?: string;
  by: string[];
  area?: string;
  why?: string;
  set: string[];
  patch?: string;
  branch?: string;
  requires: string[];
  bold?: boolean;
  json?: boolean;
}

export const registerPropose: Register = (program, io) => {
  program
    .command("propose <id>")
    .description("propose a change: writes contributions/<id>.yaml once it is right")
    .option("--title <text>", "what it is, in a few words")
    .option("--by <name>", "who it comes from (repeatable; default: git's user.name)", collect, [])
    .option("--area <area>", "data, tokenizer, architecture, optimization, …")
    .option("--why <text>", "why it should help")
    .option("--set <stage.param=value>", "a parameter (repeatable)", collect, [])
    .option("--patch <file>", "a unified diff on the lab's files")
    .option("--branch <ref>", "a git branch, taken as its diff against the merge base")
    .option("--requires <id>", "a contribution that must be in (repeatable)", collect, [])
    .option("--bold", "unlikely but worth a look: measured from the share for exploring")
    .option("--json", "machine-readable")
    .addHelpText(
      "after",
      examples(
        "cairn propose rotary --by lin --area architecture --set pretrain.position=rotary --why 'Relative positions transfer better.'",
        "cairn propose fused-loss --by kai --area infrastructure --patch contributions/fused-loss.patch",
      ),
    )
    .action(async (id: string, options: Options) => {
      const { file, loaded } = await propose(findLab(labDir(program, io)), {
        id,
        title: options.title ?? null,
        by: options.by,
        area: options.area ?? null,
        why: options.why ?? null,
        set: assignments(options.set),
        patch: options.patch === undefined ? null : { kind: "file", path: options.patch },
        branch: options.branch ?? null,
        requires: options.requires,
        bold: options.bold ?? false,
      });
      const factor = loaded.space.factors.find((f) => f.levels.some((level) => level.contribution.id === id));
      const mine = factor?.levels.filter((level) => level.contribution.id === id) ?? [];
      const rivals = factor?.levels.filter((level) => level.contribution.id !== id).map((level) => level.id) ?? [];
      if (options.json === true) return outJson(io, { file, levels: mine.map((level) => level.id), conflicts: rivals });
      io.out(`${painter(io)("green", "+")} ${file}`);
      for (const level of mine) for (const line of changeLines(loaded.lab, level)) io.out(`  ${line}`);
      if (rivals.length > 0) io.out(`  Cannot go together with ${rivals.join(", ")}: at most one of them lands.`);
      io.out("It is in the queue: `cairn plan` shows what would be run to measure it.");
    });
};
