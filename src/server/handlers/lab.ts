import { readParameters } from "../../app/read/contributions.ts";
import { readLab, readLandings, wireLanding } from "../../app/read/lab.ts";
import { readRecipe } from "../../app/read/recipe.ts";
import type { Handlers } from "../handler.ts";

export const labHandlers: Handlers<"lab" | "recipe" | "parameters" | "landings" | "land"> = {
  lab: async (_, { live, actor }) => readLab(live, actor),
  recipe: (_, { live }) => readRecipe(live),
  parameters: async (_, { live }) => readParameters(live.session),
  landings: async (_, { live }) => ({ landings: readLandings(live.session.loaded) }),
  land: async ({ body }, { live }) => {
    const { landing, file } = await live.land(body.set);
    return { landing: wireLanding(live.session.loaded, landing), file };
  },
};
