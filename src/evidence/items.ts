/**
 * Per-item scores (Miller 2024, "Adding error bars to evals", arXiv 2411.00640).
 *
 * Notation: items i = 1..n with scores `s_i`, in clusters c (items that share a source); mean `s̄`; cluster-robust
 * `SE² = Σ_c (Σ_{i∈c} (s_i − s̄))² / n²`. Two runs over the same items are compared by `d_i = s_i − s'_i`, item by item: what
 * makes an item hard for both cancels.
 */
export interface ScoredItem {
  readonly id: string;
  readonly score: number;
  readonly cluster: string;
}

/** Cluster-robust standard error of a mean score (eq. 4): items of one source are not independent. */
export function clusteredStandardError(items: readonly { readonly score: number; readonly cluster: string }[]): number {
  const mean = items.reduce((sum, item) => sum + item.score, 0) / items.length;
  const residuals = new Map<string, number>();
  for (const { score, cluster } of items) residuals.set(cluster, (residuals.get(cluster) ?? 0) + score - mean);
  let sum = 0;
  for (const r of residuals.values()) sum += r * r;
  return Math.sqrt(sum) / items.length;
}

/**
 * Mean of a's scores minus b's over the items that both have finite scores for, with its cluster-robust standard error;
 * null when fewer than two items are shared. Clusters are a's. An id that occurs twice counts once, as it came last.
 */
export function pairedDifference(
  a: readonly ScoredItem[],
  b: readonly ScoredItem[],
): { readonly difference: number; readonly standardError: number; readonly items: number } | null {
  const other = new Map(b.map((item) => [item.id, item.score]));
  const paired = [...new Map(a.map((item) => [item.id, item])).values()].flatMap(({ id, score, cluster }) => {
    const rest = other.get(id);
    const difference = rest === undefined ? Number.NaN : score - rest;
    return Number.isFinite(difference) ? [{ score: difference, cluster }] : [];
  });
  if (paired.length < 2) return null;
  const difference = paired.reduce((sum, { score }) => sum + score, 0) / paired.length;
  return { difference, standardError: clusteredStandardError(paired), items: paired.length };
}

/**
 * The standard error of a run's own part of its score: what stays of the items' luck when the run is compared with others
 * on the same items. How hard the items are is common to all and cancels; what is left of `d_i` comes from both runs alike,
 * so one run's share is `SE(d)/√2`. null when fewer than two items are shared.
 */
export function ownStandardError(run: readonly ScoredItem[], other: readonly ScoredItem[]): number | null {
  const difference = pairedDifference(run, other);
  return difference === null ? null : difference.standardError / Math.SQRT2;
}
