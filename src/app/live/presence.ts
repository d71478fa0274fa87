import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isDeadHere } from "../../store/owner.ts";
import { writeAtomically } from "../files.ts";
import type { Session } from "../session.ts";

/** A server of a lab says where it is, beside the record: so that a second one, and other commands, can tell people. */
const presence = z.object({ owner: z.string(), url: z.string() });

type Place = Pick<Session, "workspace" | "owner">;

/** Where another server of this lab is; null: there is none that is known of. */
export function otherServer({ workspace, owner }: Place): string | null {
  const there = read(workspace);
  return there === null || there.owner === owner || isDeadHere(there.owner) ? null : there.url;
}

/** @returns what takes it back */
export function announce({ workspace, owner }: Place, url: string): () => void {
  writeAtomically(fileIn(workspace), `${JSON.stringify({ owner, url })}\n`);
  return () => {
    if (read(workspace)?.owner === owner) rmSync(fileIn(workspace), { force: true });
  };
}

function fileIn(workspace: string): string {
  return join(workspace, "server.json");
}

function read(workspace: string): z.infer<typeof presence> | null {
  try {
    return presence.parse(JSON.parse(readFileSync(fileIn(workspace), "utf8")));
  } catch {
    return null;
  }
}
