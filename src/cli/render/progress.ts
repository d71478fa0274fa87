import { createLogUpdate } from "log-update";
import type { QueueEvent } from "../../app/queue.ts";
import type { Session } from "../../app/session.ts";
import { combinationName, describeFailure } from "../../app/words.ts";
import { formatDuration, formatNumber } from "../../report/format.ts";
import { sanitize } from "../../report/safe.ts";
import { type Io, painter } from "../io.ts";

/** What a person sees while the queue works: a line for each finished run, and below them what is happening now. */
export interface Progress {
  readonly onEvent: (event: QueueEvent) => void;
  say(text: string): void;
  /** Takes the live part off the screen. May be called twice. */
  end(): void;
}

type RunRow = Extract<QueueEvent, { kind: "run-started" }>["run"];
type RunEvent = Extract<QueueEvent, { kind: "stage" }>["event"];

interface LiveStage {
  readonly run: string;
  readonly stage: string;
  readonly startedAt: number;
  fraction: number | null;
}

const refreshMilliseconds = 200;

export function createProgress(io: Io, session: Session): Progress {
  const paint = painter(io);
  const screen = io.live ? createLogUpdate(process.stderr, { showCursor: true }) : null;
  const startedAt = session.clock.monotonic();
  const runs = new Map<string, { row: RunRow; number: number }>();
  const stages = new Map<string, LiveStage>();
  let started = 0;
  let finished = 0;
  let executed = 0;
  let reused = 0;
  let headline = "starting";
  let runsLeft: number | null = null;
  let ended = false;

  const elapsed = () => (session.clock.monotonic() - startedAt) / 1000;
  const baseline = session.loaded.landings.at(-1)?.set ?? [];
  const nameOf = (row: RunRow) => combinationName(row.levels, baseline, io.width - 20);
  const clip = (text: string, width: number) => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

  const print = (line: string) => {
    screen?.clear();
    io.note(line);
    draw();
  };

  const draw = () => {
    if (screen === null || ended) return;
    const eta = remainingSeconds(elapsed(), finished, runsLeft, runs.size);
    const counts = [
      `${finished} runs`,
      `${executed} stages run, ${reused} from the cache`,
      formatDuration(elapsed()),
      ...(eta === null ? [] : [`at most ${formatDuration(eta)} left`]),
    ];
    const lines = [
      `${paint("bold", clip(headline, io.width - 2))}`,
      paint("dim", clip(counts.join(" · "), io.width - 2)),
    ];
    for (const live of stages.values()) {
      const run = runs.get(live.run);
      const seconds = (session.clock.monotonic() - live.startedAt) / 1000;
      const what = clip(`${run?.number ?? "?"}  ${run === undefined ? live.run : nameOf(run.row)}`, io.width - 44);
      lines.push(
        `  ${live.stage.padEnd(10)} ${bar(live.fraction, 16, io.unicode)} ${formatDuration(seconds).padStart(6)}  ${what}`,
      );
    }
    screen(lines.join("\n"));
  };

  const timer = screen === null ? null : setInterval(draw, refreshMilliseconds);
  timer?.unref();

  const onStage = (event: RunEvent) => {
    switch (event.kind) {
      case "stage-started":
        stages.set(event.attempt, {
          run: event.run,
          stage: event.stage,
          startedAt: session.clock.monotonic(),
          fraction: null,
        });
        return;
      case "stage-progress": {
        const live = stages.get(event.attempt);
        if (live !== undefined && event.total > 0) live.fraction = Math.min(1, event.done / event.total);
        return;
      }
      case "stage-finished":
        executed += 1;
        stages.delete(event.result.attempt);
        return;
      case "stage-reused":
        reused += 1;
        return;
      case "stage-failed": {
        if (event.failure.attempt !== null) stages.delete(event.failure.attempt);
        const then = event.willRetry ? "; trying again" : "";
        const what = sanitize(describeFailure(event.failure));
        print(`${paint("red", "✗")} run ${runs.get(event.run)?.number ?? event.run}: ${what}${then}`);
        if (!event.willRetry)
          for (const line of event.failure.logTail.slice(-8)) print(`    ${paint("dim", `│ ${sanitize(line)}`)}`);
        return;
      }
      case "warning":
        print(`${paint("yellow", "!")} ${event.stage}: ${sanitize(event.message)}`);
        return;
      case "contact":
        if (event.problem === null) print(paint("dim", `${event.remote} can be reached again`));
        else
          print(
            `${paint("yellow", "!")} ${event.remote} cannot be reached; what runs there goes on (${event.problem})`,
          );
        return;
      case "stage-shared":
      case "stage-log":
        return;
    }
  };

  return {
    onEvent(event) {
      switch (event.kind) {
        case "resumed":
          if (event.observations > 0) print(paint("dim", `going on from ${event.observations} runs already measured`));
          return;
        case "steered": {
          runsLeft = event.runsLeft;
          const best = combinationName(event.recommended, baseline);
          headline = `${event.state}: ${best === "baseline" ? "nothing beats the baseline yet" : `best so far ${best}`}`;
          return draw();
        }
        case "run-started":
          started += 1;
          runs.set(event.run.id, { row: event.run, number: started });
          return draw();
        case "run-finished": {
          finished += 1;
          const run = runs.get(event.run.id);
          const mark = event.run.state === "done" ? paint("green", "✓") : paint("red", "✗");
          const values = [...event.values].map(
            ([name, value]) => `${paint("dim", name)} ${formatNumber(Number(value.toPrecision(4)))}`,
          );
          const cost = paint("dim", `${formatDuration(event.run.coreSeconds)}`);
          print(
            `${mark} ${String(run?.number ?? finished).padStart(3)}  ${nameOf(event.run)} ${paint("dim", `· seed ${event.run.seed}`)}`,
          );
          print(`       ${values.join("  ")}  ${cost}`);
          return;
        }
        case "stage":
          return onStage(event.event);
      }
    },
    say: (text) => print(paint("yellow", text)),
    end() {
      if (ended) return;
      ended = true;
      if (timer !== null) clearInterval(timer);
      screen?.clear();
    },
  };
}

/** By the pace so far: an upper bound, since the decision often comes sooner. */
function remainingSeconds(elapsed: number, finished: number, runsLeft: number | null, started: number): number | null {
  if (runsLeft === null || finished < 2) return null;
  return (elapsed / finished) * (runsLeft + started - finished);
}

function bar(fraction: number | null, width: number, unicode: boolean): string {
  const [full, empty] = unicode ? ["█", "░"] : ["#", "."];
  const filled = Math.round((fraction ?? 0) * width);
  return full.repeat(filled) + empty.repeat(width - filled);
}
