import type { HandledId, Handlers } from "./handler.ts";
import { contributionHandlers } from "./handlers/contributions.ts";
import { evidenceHandlers } from "./handlers/evidence.ts";
import { labHandlers } from "./handlers/lab.ts";
import { peopleHandlers } from "./handlers/people.ts";
import { queueHandlers } from "./handlers/queue.ts";
import { runHandlers } from "./handlers/runs.ts";

/** Every operation of the table has a handler here, or this does not compile. */
export const handlers: Handlers<HandledId> = {
  ...contributionHandlers,
  ...evidenceHandlers,
  ...labHandlers,
  ...peopleHandlers,
  ...queueHandlers,
  ...runHandlers,
};
