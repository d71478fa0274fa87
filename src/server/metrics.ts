/** Counts and times of the server, in the text format of Prometheus. */

/** Upper bounds of the latency histogram, seconds. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Latency {
  /** As many as bounds; those in no bucket are in the count alone. */
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** A quantity as it is when it is asked for. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly values: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

export function createMetrics() {
  const requests = new Map<string, { readonly operation: string; readonly status: number; count: number }>();
  const latencies = new Map<string, Latency>();
  return {
    observe(operation: string, status: number, seconds: number): void {
      const name = `${operation} ${status}`;
      const counted = requests.get(name) ?? { operation, status, count: 0 };
      counted.count += 1;
      requests.set(name, counted);
      const latency = latencies.get(operation) ?? { buckets: bounds.map(() => 0), sum: 0, count: 0 };
      const bucket = bounds.findIndex((bound) => seconds <= bound);
      if (bucket >= 0) latency.buckets[bucket] = (latency.buckets[bucket] ?? 0) + 1;
      latency.sum += seconds;
      latency.count += 1;
      latencies.set(operation, latency);
    },
    text(gauges: readonly Gauge[]): string {
      const counts = [...requests.values()].map(({ operation, status, count }) =>
        sample("cairn_requests_total", { operation, status: String(status) }, count),
      );
      return [
        ...head("cairn_requests_total", "counter", "Requests answered."),
        ...counts,
        ...head("cairn_request_seconds", "histogram", "Time until the answer began."),
        ...[...latencies].flatMap(([operation, latency]) => histogram(operation, latency)),
        ...gauges.flatMap(({ name, help, values }) => [
          ...head(name, "gauge", help),
          ...values.map(({ labels, value }) => sample(name, labels, value)),
        ]),
        "",
      ].join("\n");
    },
  };
}

export type Metrics = ReturnType<typeof createMetrics>;

function histogram(operation: string, { buckets, sum, count }: Latency): string[] {
  let below = 0;
  const lines = bounds.map((bound, i) => {
    below += buckets[i] ?? 0;
    return sample("cairn_request_seconds_bucket", { operation, le: String(bound) }, below);
  });
  return [
    ...lines,
    sample("cairn_request_seconds_bucket", { operation, le: "+Inf" }, count),
    sample("cairn_request_seconds_sum", { operation }, sum),
    sample("cairn_request_seconds_count", { operation }, count),
  ];
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
