import { z } from "zod";
import { type AuditEntry, auditEntry } from "../../api/people.ts";
import type { Entry } from "../../store/store.ts";
import { usage } from "../errors.ts";
import type { Page, PageRequest } from "../read/paging.ts";
import type { Session } from "../session.ts";

/** Entries read at a time: a few milliseconds, between which others are answered. */
const portion = 1000;

type Book = Pick<Session, "store">;
type Deed = Omit<AuditEntry, "number" | "at">;

export interface AuditQuery extends PageRequest {
  readonly account?: string | undefined;
  readonly operation?: string | undefined;
}

/**
 * Whether this person must not be named beside this contribution; null: beside one that the entry does not name. The log
 * must not say who proposed what is decided blindly.
 */
export type IsHidden = (contribution: string | null, name: string) => boolean;

export async function recordDeed({ store }: Book, { account, name, operation, subject, status }: Deed): Promise<void> {
  await store.append("log", { account, name, operation, subject, status });
}

/** Newest first. What is hidden is found by no account. @throws CairnError `usage` when the cursor is none. */
export async function readAudit({ store }: Book, query: AuditQuery, isHidden: IsHidden): Promise<Page<AuditEntry>> {
  const from = query.cursor === undefined ? Number.POSITIVE_INFINITY : numberOf(query.cursor);
  const items: AuditEntry[] = [];
  let total = 0;
  let more = false;
  for (let before: number | null = null; ; ) {
    const entries: readonly Entry[] = await store.entriesBefore("log", before, portion);
    for (const entry of entries) {
      const deed = deedOf(entry, isHidden);
      if (deed === null || !matches(deed, query)) continue;
      total++;
      if (deed.number >= from) continue;
      if (items.length < query.limit) items.push(deed);
      else more = true;
    }
    before = entries.at(-1)?.number ?? null;
    if (before === null || before === 1) break;
  }
  return { items, total, next: more ? String(items.at(-1)?.number ?? 0) : null };
}

const body = auditEntry.omit({ number: true, at: true });

/** null: an entry that another version of Cairn made for something else. */
function deedOf(entry: Entry, isHidden: IsHidden): AuditEntry | null {
  const parsed = body.safeParse(entry.body);
  if (!parsed.success) return null;
  const deed = { number: entry.number, at: entry.at, ...parsed.data };
  if (!isAboutContributions(deed) || !isHidden(contributionOf(deed), deed.name)) return deed;
  return { ...deed, account: null, name: "" };
}

function matches(deed: AuditEntry, { account, operation }: AuditQuery): boolean {
  return (
    (account === undefined || deed.account === account) && (operation === undefined || deed.operation === operation)
  );
}

function isAboutContributions({ subject }: AuditEntry): boolean {
  return /\/contributions\b/.test(subject);
}

function contributionOf({ subject }: AuditEntry): string | null {
  return /\/contributions\/([^/\s?]+)/.exec(subject)?.[1] ?? null;
}

function numberOf(cursor: string): number {
  const parsed = z.coerce.number().int().min(1).safeParse(cursor);
  if (!parsed.success) throw usage("the cursor is not of this list", "Ask for the first page again, without a cursor.");
  return parsed.data;
}
