import type { Diagnostics } from "./diagnostic.ts";
import type { Placed } from "./node.ts";
import { offer } from "./suggest.ts";

/** A stage as a node of the graph. */
interface GraphNode {
  readonly name: string;
  readonly needs: readonly Placed[];
}

/** Reports what is needed and is not there, what needs itself, and every circle once. */
export function checkNeeds(stages: readonly GraphNode[], out: Diagnostics): void {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  for (const stage of stages) {
    for (const need of stage.needs) {
      if (need.text === stage.name) {
        out.error({ code: "cycle", message: `Stage \`${stage.name}\` needs itself.`, span: need.span });
      } else if (!byName.has(need.text)) {
        const others = [...byName.keys()].filter((name) => name !== stage.name);
        const message = `\`${need.text}\` is not a stage of this lab.`;
        out.error({ code: "unknown-stage", message, span: need.span, help: offer(need.text, others, "other stages") });
      }
    }
  }
  reportCycles(stages, byName, out);
}

/** Depth-first search; the need that closes a circle is where it is reported. */
function reportCycles(stages: readonly GraphNode[], byName: ReadonlyMap<string, GraphNode>, out: Diagnostics): void {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (stage: GraphNode): void => {
    path.push(stage.name);
    for (const need of stage.needs) {
      const next = byName.get(need.text);
      if (next === undefined || next === stage || done.has(next.name)) continue;
      const start = path.indexOf(next.name);
      if (start === -1) visit(next);
      else {
        const circle = [...path.slice(start), next.name].map((name) => `\`${name}\``).join(" → ");
        const message = `Stages need each other in a circle: ${circle}.`;
        out.error({ code: "cycle", message, span: need.span, help: "Remove one of these needs." });
      }
    }
    path.pop();
    done.add(stage.name);
  };
  for (const stage of stages) if (!done.has(stage.name)) visit(stage);
}
