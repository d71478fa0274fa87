import type { Diagnostics } from "./diagnostic.ts";
import { executorKeys } from "./keys.ts";
import type { ExecutorSpec } from "./lab.ts";
import { readChoice, readFields, readLine, readList, readMap, readNumber, readStrings, rules } from "./node.ts";
import type { Value } from "./yaml.ts";

const kinds = ["local", "slurm", "ray"] as const;

/** The keys that each kind knows besides `kind`. */
const keysOf = {
  local: [],
  slurm: ["jobs", "modules", "prefix", "partition", "account", "qos", "arguments"],
  ray: ["jobs", "modules", "prefix", "address"],
} as const satisfies Record<(typeof kinds)[number], readonly string[]>;

/** Where the lab's stages run; a key of another kind of executor is reported. */
export function readExecutor(value: Value | null | undefined, out: Diagnostics): ExecutorSpec {
  const map = readMap(value ?? null, "executor", out);
  if (map === null) return { kind: "local" };
  const fields = readFields(map, executorKeys, "`executor`", map.span, out);
  const get = (key: keyof typeof executorKeys): Value | null => fields.get(key) ?? null;
  const kind = readChoice(get("kind"), "kind", kinds, out) ?? "local";
  const known: readonly string[] = ["kind", ...keysOf[kind]];
  for (const entry of map.entries) {
    if (!(entry.key in executorKeys) || known.includes(entry.key)) continue;
    const message = `\`${entry.key}\` means nothing to the executor \`${kind}\`.`;
    const owners = kinds.filter((other) => keysOf[other].some((key) => key === entry.key));
    const help = `It is a key of ${owners.map((owner) => `\`kind: ${owner}\``).join(" and ")}.`;
    out.error({ code: "wrong-executor-key", message, span: entry.keySpan, help });
  }
  if (kind === "local") return { kind };
  const remote = {
    jobs: readNumber(get("jobs"), "jobs", rules.positiveCount, out) ?? 32,
    modules: readStrings(get("modules"), "modules", out).map(({ text }) => text),
    prefix: readWords(get("prefix"), "prefix", out),
  };
  if (kind === "slurm") {
    const text = (key: "partition" | "account" | "qos") => readLine(get(key), key, out);
    const [partition, account, qos] = [text("partition"), text("account"), text("qos")];
    return { kind, ...remote, partition, account, qos, arguments: readWords(get("arguments"), "arguments", out) };
  }
  return { kind, ...remote, address: readAddress(get("address"), out) };
}

const defaultAddress = "http://127.0.0.1:8265";

function readAddress(value: Value | null, out: Diagnostics): string {
  const text = readLine(value, "address", out);
  if (text === null || value === null) return defaultAddress;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, "");
  const help = `The address of Ray's dashboard, such as \`${defaultAddress}\`.`;
  out.error({ code: "bad-address", message: `\`${text}\` is not an address.`, span: value.span, help });
  return defaultAddress;
}

/** Repeats are words too. */
function readWords(value: Value | null, name: string, out: Diagnostics): readonly string[] {
  const list = value === null ? null : readList(value, name, out);
  return (list?.items ?? []).flatMap((item) => readLine(item, `an item of ${name}`, out) ?? []);
}
