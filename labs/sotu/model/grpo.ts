/**
 * Group-relative policy optimisation (Shao et al. 2024, 2402.03300): several answers to one prompt are each other's
 * baseline. With one update a batch the policy that sampled is the policy that is updated, so the probability ratio is
 * 1, its clip never binds, and the gradient is that of −Σ A_i log p(answer_i): a weighted cross-entropy.
 */

/** How rewards become advantages: divided by the group's standard deviation, or only centred. */
export type AdvantageScale = "deviation" | "none";

/**
 * A_i = (r_i − mean) / (sd + 10⁻⁴) within each group, sd the population's; without division for scale `none`
 * (Liu et al. 2025, Dr. GRPO, 2503.20783). A group whose answers were all rewarded alike teaches nothing: A = 0.
 *
 * @param rewards group by group, `size` each
 */
export function advantages(rewards: number[], size: number, scale: AdvantageScale): number[] {
  const out: number[] = [];
  for (let start = 0; start < rewards.length; start += size) {
    const group = rewards.slice(start, start + size);
    const mean = group.reduce((sum, reward) => sum + reward, 0) / group.length;
    const variance = group.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / group.length;
    const divisor = scale === "deviation" ? Math.sqrt(variance) + 1e-4 : 1;
    out.push(...group.map((reward) => (reward - mean) / divisor));
  }
  return out;
}
