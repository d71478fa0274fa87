import type { Part } from "./part.ts";
import { blobs } from "./parts/blobs.ts";
import { clock } from "./parts/clock.ts";
import { contention } from "./parts/contention.ts";
import { disk } from "./parts/disk.ts";
import { edits } from "./parts/edits.ts";
import { eio } from "./parts/eio.ts";
import { kills } from "./parts/kills.ts";
import { numbers } from "./parts/numbers.ts";
import { orphans } from "./parts/orphans.ts";
import { remote } from "./parts/remote.ts";
import { zombie } from "./parts/zombie.ts";

export const parts: readonly Part[] = [
  ...[zombie, remote, disk, eio, blobs, edits, contention, numbers, orphans, clock],
  // The longest one last.
  kills,
];
