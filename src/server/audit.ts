import type { AuditEntry } from "../api/people.ts";

/** Where every write is noted, allowed or refused; the log gives the number and the time. */
export interface Audit {
  record(entry: Omit<AuditEntry, "number" | "at">): Promise<void>;
}
