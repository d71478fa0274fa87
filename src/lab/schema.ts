import type { Json, JsonObject } from "../base/json.ts";
import { budgetKeys, executorKeys, labKeys, objectiveKeys, policyKeys, resourceKeys, stageKeys } from "./keys.ts";
import type { KeyTable } from "./node.ts";

/** JSON Schema (draft 2020-12) of `cairn.yaml`, for editors: they complete keys and show what each means. */
export function labSchema(): Json {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Cairn lab",
    description: "A lab: the stages of a model's recipe, the objectives it is judged by, and how decisions are made.",
    ...objectSchema(labKeys),
    $defs: {
      stage: objectSchema(stageKeys),
      resources: objectSchema(resourceKeys),
      objective: objectSchema(objectiveKeys),
      policy: objectSchema(policyKeys),
      budget: objectSchema(budgetKeys),
      executor: objectSchema(executorKeys),
    },
  };
}

/** The schema of a map with these keys and no others. A key without a value is the same as no key, unless required. */
export function objectSchema(table: KeyTable<string>): JsonObject {
  const keys = Object.entries(table);
  const properties = keys.map(([key, { doc, schema, required }]): [string, Json] => {
    const described = { description: doc, ...schema };
    return [key, required === true ? described : { description: doc, anyOf: [schema, { type: "null" }] }];
  });
  const required = keys.filter(([, spec]) => spec.required === true).map(([key]) => key);
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}
