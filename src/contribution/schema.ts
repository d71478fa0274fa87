import type { Json } from "../base/json.ts";
import { objectSchema } from "../lab/schema.ts";
import { changeKeys, contributionKeys } from "./keys.ts";

/** JSON Schema (draft 2020-12) of a file of `contributions/`. */
export function contributionSchema(): Json {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Cairn contribution",
    description:
      "One proposed change of the lab's recipe: parameters, patches or a branch; or levels of which one is taken.",
    ...objectSchema(contributionKeys),
    oneOf: [
      {
        required: ["levels"],
        not: { anyOf: [{ required: ["set"] }, { required: ["patch"] }, { required: ["branch"] }] },
      },
      {
        not: { required: ["levels"] },
        anyOf: [{ required: ["set"] }, { required: ["patch"] }, { required: ["branch"] }],
      },
    ],
    $defs: {
      change: {
        ...objectSchema(changeKeys),
        anyOf: [{ required: ["set"] }, { required: ["patch"] }, { required: ["branch"] }],
      },
    },
  };
}
