import type { Handlers } from "../handler.ts";

export const queueHandlers: Handlers<"queue" | "orderQueue" | "plan"> = {
  queue: async (_, { live }) => live.queue(),
  orderQueue: ({ body }, { live }) => live.order(body.paused),
  plan: ({ query }, { live }) => live.plan(query.count),
};
