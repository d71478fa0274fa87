/** Cluster-robust standard error of a mean score (Miller 2024, eq. 4): items of one source are not independent. */
export function clusteredStandardError(items: readonly { readonly score: number; readonly cluster: string }[]): number {
  const mean = items.reduce((sum, item) => sum + item.score, 0) / items.length;
  const residuals = new Map<string, number>();
  for (const { score, cluster } of items) residuals.set(cluster, (residuals.get(cluster) ?? 0) + score - mean);
  let sum = 0;
  for (const r of residuals.values()) sum += r * r;
  return Math.sqrt(sum) / items.length;
}
