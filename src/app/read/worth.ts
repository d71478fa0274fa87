import { setTimeout } from "node:timers/promises";
import { type Plan, planQuery } from "../../api/lab.ts";
import type { Live } from "../live/live.ts";

/** How long a list waits for a plan that is being made: then it shows the one before. */
const patience = 200;

const latest = new WeakMap<Live, Plan>();

/** Level → nats that the planned runs tell about it, by the newest plan there is; without those that no run tells about. */
export async function worthOfLevels(live: Live): Promise<ReadonlyMap<string, number>> {
  const { count } = planQuery.parse({});
  const made = live.plan(count).then(
    (plan) => {
      latest.set(live, plan);
    },
    // Nothing can be planned on a lab or a record that is not right: others say so.
    () => {},
  );
  await Promise.race([made, setTimeout(patience, undefined, { ref: false })]);
  const worth = new Map<string, number>();
  for (const { tells } of latest.get(live)?.runs ?? []) {
    for (const level of tells?.levels ?? []) worth.set(level, (worth.get(level) ?? 0) + (tells?.nats ?? 0));
  }
  return worth;
}
