import type { CurrentReport, QueueState } from "../../api/lab.ts";
import type { Report } from "../../api/report.ts";
import type { Analyst } from "./analyst.ts";
import type { ReportAnswer } from "./orders.ts";

/** Keeps the newest report: made anew when the evidence changes, but not all the time. */
export interface Reporter {
  current(): CurrentReport;
  readonly toGo: QueueState["toGo"];
  readonly runsLeft: number | null;
  /** The evidence, or the lab, is not what the report was made of. */
  outdate(): void;
  close(): void;
}

/** Of one core. */
const mostShare = 0.3;
/** After a failure, in milliseconds. */
const pauseAfterFailure = 10_000;
/** What changes together, such as both runs of a pair, makes one report. */
const settleTime = 50;

/** @param onReport called when there is a newer one */
export function keepReport(analyst: Analyst, onReport: () => void, onProblem: (error: unknown) => void): Reporter {
  let latest: ReportAnswer | null = null;
  /** Read when somebody asks, and the same object as long as it says the same. */
  let read: CurrentReport | null = null;
  let outdated = false;
  let working = false;
  let closed = false;
  let notBefore = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;

  const take = (answer: ReportAnswer) => {
    latest = answer;
    read = null;
    onReport();
  };
  const make = async () => {
    timer = null;
    working = true;
    outdated = false;
    try {
      const answer = await analyst.ask({ kind: "report", sketch: latest === null }, take);
      notBefore = performance.now() + 1000 * answer.seconds * (1 / mostShare - 1);
      working = false;
      take(answer);
    } catch (error) {
      if (!closed) onProblem(error);
      // A lab or a record that is not right at the moment: what there is stays, and it is tried again.
      notBefore = performance.now() + pauseAfterFailure;
      outdated = true;
    } finally {
      working = false;
    }
    if (outdated) schedule();
  };
  const schedule = () => {
    if (working || timer !== null || closed) return;
    timer = setTimeout(() => void make(), Math.max(settleTime, notBefore - performance.now()));
  };
  return {
    current: () => {
      const computing = working || outdated;
      if (read === null) {
        const report: Report | null = latest === null ? null : JSON.parse(latest.report);
        read = { report, asOf: latest?.asOf ?? 0, computing };
      } else if (read.computing !== computing) read = { ...read, computing };
      return read;
    },
    get toGo() {
      return latest?.toGo ?? null;
    },
    get runsLeft() {
      return latest?.runsLeft ?? null;
    },
    outdate: () => {
      outdated = true;
      schedule();
    },
    close: () => {
      closed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
