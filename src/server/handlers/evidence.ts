import { notFound } from "../../app/errors.ts";
import type { Live } from "../../app/live/live.ts";
import { seenReport } from "../../app/read/report.ts";
import type { Handlers } from "../handler.ts";

export const evidenceHandlers: Handlers<"report" | "predict"> = {
  report: async ({ query: { landing } }, { live, actor }) => {
    const current = landing === undefined ? live.report() : await landingReport(live, landing);
    return { ...current, report: current.report === null ? null : seenReport(live.session, actor, current.report) };
  },
  predict: ({ query }, { live }) => live.predict(query.level),
};

/** @throws CairnError `not-found`. */
async function landingReport(live: Live, landing: number) {
  const report = await live.landingReport(landing);
  if (report === null) throw notFound(`there is no landing ${landing}`, "The lab's landings are numbered from 1.");
  return { report, asOf: live.report().asOf, computing: false };
}
