import { cancel, intro, outro, select, text } from "@clack/prompts";
import { usage } from "../../app/errors.ts";
import { type InitObjective, initLab } from "../../app/init.ts";
import type { Register } from "../command.ts";
import { outJson, painter } from "../io.ts";
import { collect, examples, labDir } from "./shared.ts";

type Goal = InitObjective["goal"];

export const registerInit: Register = (program, io) => {
  program
    .command("init")
    .description("make a lab around the training command that you have")
    .option("--run <command>", "the command as you type it today; its flags become parameters")
    .option("--objective <name:goal>", "a number it will report, such as val_loss:minimize (repeatable)", collect, [])
    .option("--gpus <n>", "GPUs that one run needs", "0")
    .option("--json", "machine-readable")
    .addHelpText(
      "after",
      examples(
        "cairn init --run 'python train.py --lr 3e-4 --layers 4' --objective val_loss:minimize",
        "cairn init            (asks)",
      ),
    )
    .action(async (options: { run?: string; objective: string[]; gpus: string; json?: boolean }) => {
      const asked = options.run === undefined ? await ask(io.live && process.stdin.isTTY === true) : null;
      const command = options.run ?? asked?.command ?? "";
      const objectives =
        options.objective.length > 0 ? options.objective.map(parseObjective) : (asked?.objectives ?? []);
      const gpus = Number(options.gpus);
      if (!Number.isInteger(gpus) || gpus < 0) throw usage(`--gpus takes a whole number, not ${options.gpus}`);
      const result = initLab({ dir: labDir(program, io), command, objectives, gpus });
      if (options.json === true) return outJson(io, result);
      const paint = painter(io);
      for (const file of result.files) io.out(`${paint("green", "+")} ${file}`);
      const params = Object.entries(result.params).map(([name, value]) => `${name}=${value}`);
      if (params.length > 0) io.out(`\nParameters that contributions can set: ${params.join(", ")}`);
      io.out("\nWhat is left to do:");
      for (const [i, step] of result.next.entries()) io.out(`  ${i + 1}. ${step}`);
    });
};

function parseObjective(given: string): InitObjective {
  const [name = "", goal, ...rest] = given.split(":");
  if (!/^[a-z][a-z0-9_]*$/.test(name) || rest.length > 0 || (goal !== "minimize" && goal !== "maximize")) {
    throw usage(
      `--objective takes name:minimize or name:maximize, not ${JSON.stringify(given)}`,
      "Names are lower-case letters, digits and _.",
    );
  }
  return { name, goal };
}

async function ask(possible: boolean): Promise<{ command: string; objectives: InitObjective[] }> {
  if (!possible) {
    throw usage(
      "say what to run",
      "Such as: cairn init --run 'python train.py --lr 3e-4' --objective val_loss:minimize",
    );
  }
  const given = <T extends string>(answer: T | symbol): T => {
    if (typeof answer === "string") return answer;
    cancel("Nothing was written.");
    throw usage("cancelled");
  };
  intro("A lab around your training command");
  const command = given(
    await text({ message: "The command, as you type it today", placeholder: "python train.py --lr 3e-4 --layers 4" }),
  );
  const name = given(
    await text({
      message: "A number that it reports (or will), to decide by",
      placeholder: "val_loss",
      validate: (value) => (/^[a-z][a-z0-9_]*$/.test(value ?? "") ? undefined : "lower-case letters, digits and _"),
    }),
  );
  const goal = given<Goal>(
    await select<Goal>({
      message: `Is a smaller or a larger ${name} better?`,
      options: [
        { value: "minimize", label: "smaller" },
        { value: "maximize", label: "larger" },
      ],
    }),
  );
  outro("Here it is:");
  return { command, objectives: [{ name, goal }] };
}
