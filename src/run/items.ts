import { z } from "zod";

/** One line of `items/<objective>.jsonl`. */
export interface Item {
  readonly id: string;
  /** May be NaN or ±Infinity. */
  readonly score: number;
  /** What the item shares its source with; itself when it names none. */
  readonly cluster: string;
}

const itemSchema = z.object({
  id: z.union([z.string(), z.number()]),
  score: z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]),
  cluster: z.union([z.string(), z.number()]).optional(),
});

/** Reads a line as `metrics.json` is read: NaN and ±Infinity may stand bare, as Python writes them. null: it is no item. */
export function parseItem(line: string): Item | null {
  try {
    const quoted = line.replace(/(:\s*)(NaN|-?Infinity)(?=\s*[,}])/g, '$1"$2"');
    const parsed = itemSchema.safeParse(JSON.parse(quoted));
    if (!parsed.success) return null;
    const { id, score, cluster } = parsed.data;
    return { id: String(id), score: Number(score), cluster: String(cluster ?? id) };
  } catch {
    return null;
  }
}
