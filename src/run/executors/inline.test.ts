import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { executorContract } from "../../../test/contracts/executor.ts";
import { createInlineExecutor } from "./inline.ts";

executorContract({
  name: "inline",
  create: () =>
    createInlineExecutor(async ({ argv, cwd, env, attempt }) => {
      const [what, argument = ""] = argv;
      if (what === "tell") writeFileSync(join(cwd, "value"), env[argument] ?? "");
      if (what !== "hang") return what === "exit" ? Number(argument) : 0;
      appendFileSync(join(cwd, "started"), attempt);
      return new Promise(() => {});
    }),
  argv: (behaviour) => {
    if (behaviour.kind === "exit") return ["exit", String(behaviour.code)];
    return behaviour.kind === "hang" ? ["hang"] : ["tell", behaviour.variable];
  },
});
