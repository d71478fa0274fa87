import { join, relative, resolve } from "node:path";
import type { Report } from "../../api/report.ts";
import { demoFolder, demoScale, prepareDemo } from "../../app/demo.ts";
import { writeAtomically } from "../../app/files.ts";
import { land, recordDecision } from "../../app/land.ts";
import { runQueue } from "../../app/queue.ts";
import { readReport } from "../../app/report.ts";
import { openSession, type Session } from "../../app/session.ts";
import { renderHtml } from "../../report/html.ts";
import { renderText } from "../../report/text.ts";
import type { Register } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { type Io, painter } from "../io.ts";
import { noLimits, watchQueue } from "../watch.ts";
import { examples, positive } from "./shared.ts";

const reportFile = "report.html";

export const registerDemo: Register = (program, io, setExit) => {
  program
    .command("demo")
    .description("from nothing to a decision: improve a real small language model, on this machine, in minutes")
    .option("--dir <dir>", "where the lab is put", demoFolder)
    .option("--minutes <n>", "time to measure", positive("minutes"), 6)
    .addHelpText("after", examples("cairn demo", "cairn demo --minutes 15   (the same demo goes on)"))
    .action(async (options: { dir: string; minutes: number }) => {
      const dir = resolve(io.cwd, options.dir);
      const { resumed } = prepareDemo(dir);
      introduce(io, relative(io.cwd, dir) || ".", resumed, options.minutes);
      const session = await openSession(dir, { scale: demoScale });
      try {
        if (session.loaded.landings.length > 0) return await showLast(io, session, dir);
        const limits = { ...noLimits, budget: { ...noLimits.budget, hours: options.minutes / 60 } };
        const end = await watchQueue(io, session, limits, (queueOptions) => runQueue(session, queueOptions));
        if (end.kind === "interrupted") {
          io.note("Stopped. What was recorded is kept; `cairn demo` goes on from here.");
          return setExit(exitCodes.interrupted);
        }
        await conclude(io, session, dir, setExit);
      } finally {
        await session.close();
      }
    });
};

function introduce(io: Io, where: string, resumed: boolean, minutes: number): void {
  const paint = painter(io);
  io.note(`${paint("bold", "A team improves one language model")}: a small GPT on the State of the Union addresses.`);
  io.note(
    "Some twenty changes are proposed, from the tokenizer to reinforcement learning. Which of them, together, make",
  );
  io.note(
    "the best model? Cairn trains combinations, measures what each change does, and lands the set that holds up.",
  );
  io.note(
    paint(
      "dim",
      `${resumed ? "Going on in" : "The lab is in"} ${where}; measuring for at most ${minutes} minutes. Ctrl-C is safe.`,
    ),
  );
  io.note(paint("dim", `To watch it in the browser, in another terminal: cairn -C ${where} serve --no-run\n`));
}

async function conclude(io: Io, session: Session, dir: string, setExit: (code: number) => void): Promise<void> {
  const report = await recordDecision(session);
  const confirmed = report.set.confirmation?.outcome === "confirmed";
  const landed = confirmed ? await land(session) : null;
  show(io, landed?.report ?? report, dir);
  if (landed !== null) io.out(`\nLanded: ${landed.file} makes this set the new baseline.`);
  if (report.state !== "decided") {
    io.out("\nNot decided yet; what was measured is kept. `cairn demo` again measures on.");
    setExit(exitCodes.undecided);
  }
  next(io, dir);
}

async function showLast(io: Io, session: Session, dir: string): Promise<void> {
  const report = await readReport(session, null);
  if (report !== null) show(io, report, dir);
  io.out("\nThis demo has landed its set already; everything came from the record.");
  next(io, dir);
}

function show(io: Io, report: Report, dir: string): void {
  writeAtomically(join(dir, reportFile), renderHtml(report));
  io.out(renderText(report, { width: io.width, color: io.color, unicode: io.unicode }));
}

function next(io: Io, dir: string): void {
  const paint = painter(io);
  const lab = relative(io.cwd, dir) || ".";
  const steps = [
    [`open ${join(lab, reportFile)}`, "the same with pictures: one file, to open and to send"],
    [`cairn -C ${lab} serve`, "the lab in the browser: the queue, its evidence, and what would follow from it"],
    [`cairn -C ${lab} status`, "where things stand"],
    [`cairn -C ${lab} propose my-idea …`, "a change of your own, measured with the others"],
    ["cairn init --run 'python train.py …'", "your own training command (docs/pytorch.md)"],
  ] as const;
  const width = Math.max(...steps.map(([command]) => command.length)) + 2;
  io.out(`\n${paint("bold", "What now")}`);
  for (const [command, purpose] of steps) io.out(`  ${command.padEnd(width)}${paint("dim", purpose)}`);
}
