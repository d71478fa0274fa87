import type { Method } from "../method.ts";
import { blrThompson } from "./blr-thompson.ts";
import { bocs } from "./bocs.ts";
import { gpEi } from "./gp-ei.ts";
import { greedy } from "./greedy.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { random } from "./random.ts";
import { screening } from "./screening.ts";
import { smac } from "./smac.ts";

/** Every peer that is written here. */
export const peers: readonly Method[] = [oneAtATime, greedy, random, screening, gpEi, bocs, blrThompson, smac];
