import { useCallback, useState } from "react";
import { keep, kept } from "../../kept.ts";
import { type Draft, draft, emptyDraft } from "./draft.ts";

const key = "cairn-proposal";

/** The draft, and a way to change parts of it; each change is kept in the browser. */
export function useDraft() {
  const [some, setSome] = useState<Draft>(readKept);
  const replace = useCallback((next: Draft) => {
    setSome(next);
    keep(key, JSON.stringify(next));
  }, []);
  const change = useCallback(
    (part: Partial<Draft>) =>
      setSome((now) => {
        const next = { ...now, ...part };
        keep(key, JSON.stringify(next));
        return next;
      }),
    [],
  );
  return { draft: some, change, replace };
}

/** What an earlier version kept may have another form: it is then left. */
function readKept(): Draft {
  try {
    return draft.safeParse(JSON.parse(kept(key) ?? "null")).data ?? emptyDraft;
  } catch {
    return emptyDraft;
  }
}
