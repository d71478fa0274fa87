import type { Lab } from "../../../../src/api/lab.ts";

export type Objective = Lab["objectives"][number];
