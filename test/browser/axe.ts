import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { z } from "zod";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const violations = z.array(
  z.object({
    id: z.string(),
    impact: z.string().nullable(),
    nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
  }),
);

/**
 * What axe-core finds serious or critical on the page as it is now: the rule, and the first element that breaks it.
 * @param rules null: all of them
 */
export async function seriousFaults(page: Page, rules: readonly string[] | null = null): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(source);
  const options = { resultTypes: ["violations"], ...(rules !== null && { runOnly: rules }) };
  const found = await page.evaluate<unknown>(
    `axe.run(document, ${JSON.stringify(options)}).then((result) => JSON.parse(JSON.stringify(result.violations)))`,
  );
  return violations
    .parse(found)
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, impact, nodes: [first, ...more] }) => {
      const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
      return `${impact} ${id}: ${first?.html.slice(0, 200)}${others} ${first?.failureSummary ?? ""}`;
    });
}
