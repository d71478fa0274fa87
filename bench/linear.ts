import { spawnSync } from "node:child_process";
import { cholesky, invertSpdLower, solveLower, solveLowerMany, solveLowerTransposed } from "../src/math/linear.ts";
import { at } from "../src/math/vector.ts";
import { type Bench, inTurns, type Measurement, measurement, type Seconds, timeHere } from "./harness.ts";

/** One operation at one size: ours beside the loops of a textbook, and beside numpy's own where numpy has the same. */
interface Contest {
  readonly what: string;
  readonly unit: string;
  /** Multiplications and additions that one takes, by the better algorithm. */
  readonly flops: number;
  /** How the textbook does it. */
  readonly peer: string;
  readonly textbook: () => void;
  readonly ours: () => void;
  /** An expression in `a` (A, n×n) and `np`, and n. */
  readonly numpy: { readonly expression: string; readonly n: number } | null;
}

/** A covariance matrix as the engine meets them: correlations that fade with distance, and noise. */
function covariance(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, cell) => {
    const apart = Math.abs(Math.floor(cell / n) - (cell % n));
    return Math.exp(-apart / 10) + (apart === 0 ? 0.5 : 0);
  });
}

function textbookCholesky(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let value = at(a, i * n + j);
      for (let k = 0; k < j; k++) value -= at(a, i * n + k) * at(a, j * n + k);
      a[i * n + j] = i === j ? Math.sqrt(value) : value / at(a, j * n + j);
    }
}

function textbookSolve(l: Float64Array, x: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    let value = at(x, i);
    for (let k = 0; k < i; k++) value -= at(l, i * n + k) * at(x, k);
    x[i] = value / at(l, i * n + i);
  }
}

function factor(n: number): Contest {
  const a = covariance(n);
  const work = new Float64Array(n * n);
  const on = (run: (matrix: Float64Array, n: number) => void) => () => {
    work.set(a);
    run(work, n);
  };
  return {
    what: `factor, n = ${n}`,
    unit: "factors",
    flops: n ** 3 / 3,
    peer: "three loops",
    textbook: on(textbookCholesky),
    ours: on(cholesky),
    numpy: { expression: "np.linalg.cholesky(a)", n },
  };
}

/** With the factor first, as numpy's inverse has none to start from. */
function invert(n: number): Contest {
  const a = covariance(n);
  const l = new Float64Array(n * n);
  const out = new Float64Array(n * n);
  return {
    what: `factor and inverse, n = ${n}`,
    unit: "inverses",
    flops: n ** 3,
    peer: "three loops, and a solve both ways for each column",
    textbook: () => {
      l.set(a);
      textbookCholesky(l, n);
      out.fill(0);
      for (let i = 0; i < n; i++) {
        const column = out.subarray(i * n, (i + 1) * n);
        column[i] = 1;
        textbookSolve(l, column, n);
        solveLowerTransposed(l, column, n);
      }
    },
    ours: () => {
      l.set(a);
      cholesky(l, n);
      invertSpdLower(l, n, n, out);
    },
    numpy: { expression: "np.linalg.inv(a)", n },
  };
}

function solveMany(n: number, m: number): Contest {
  const l = covariance(n);
  cholesky(l, n);
  const rows = Float64Array.from({ length: m * n }, (_, i) => Math.sin(i));
  const work = new Float64Array(m * n);
  return {
    what: `${m} solves, n = ${n}`,
    unit: "solves of all",
    flops: n * n * m,
    peer: "one after another",
    textbook: () => {
      work.set(rows);
      for (let r = 0; r < m; r++) solveLower(l, work.subarray(r * n, (r + 1) * n), n);
    },
    ours: () => {
      work.set(rows);
      solveLowerMany(l, work, n, m);
    },
    numpy: null,
  };
}

/** Seconds that numpy takes with one thread; the matrix is that of `covariance`. */
function timeNumpy(expression: string, n: number, repeats: number): Seconds {
  const script = [
    "import time, numpy as np",
    `i = np.arange(${n})`,
    `a = np.exp(-abs(i[:, None] - i) / 10) + 0.5 * np.eye(${n})`,
    expression,
    "wall, cpu = time.perf_counter(), time.process_time()",
    `for _ in range(${repeats}): ${expression}`,
    "print(time.perf_counter() - wall, time.process_time() - cpu)",
  ].join("\n");
  const env = { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
  const child = spawnSync("python3", ["-c", script], { encoding: "utf8", env });
  if (child.status !== 0) throw new Error(`numpy's ${expression} failed: ${child.stderr}`);
  const [wall = Number.NaN, cpu = Number.NaN] = child.stdout.split(" ").map(Number);
  return { wall, cpu };
}

function hasNumpy(): boolean {
  return spawnSync("python3", ["-c", "import numpy"]).status === 0;
}

async function measure(contest: Contest, numpy: boolean): Promise<readonly Measurement[]> {
  const { what, flops, peer, unit } = contest;
  const repeats = Math.max(1, Math.round(4e8 / flops));
  const repeated = (run: () => void) => () =>
    timeHere(() => {
      for (let i = 0; i < repeats; i++) run();
    });
  const theirs = numpy ? contest.numpy : null;
  const contenders: Record<string, () => Promise<Seconds>> = {
    textbook: repeated(contest.textbook),
    ours: repeated(contest.ours),
  };
  if (theirs !== null) contenders.numpy = async () => timeNumpy(theirs.expression, theirs.n, repeats);
  const best = await inTurns(3, contenders);
  const row = (name: string, title: string, beside: { name: string; key: string } | null, remark = "") => {
    const seconds = best.get(name);
    if (seconds === undefined) return [];
    const other = beside === null ? undefined : best.get(beside.key);
    const against = beside === null || other === undefined ? null : { name: beside.name, seconds: other };
    const note = `${speed(seconds, flops, repeats)}${remark}`;
    return [measurement(`${what}: ${title}`, seconds, { value: repeats, unit }, against, note)];
  };
  const remark = contest.numpy !== null && !numpy ? "; no numpy here to compare with" : "";
  return [
    ...row("textbook", peer, null),
    ...row("ours", "in tiles", { name: peer, key: "textbook" }, remark),
    ...row("numpy", `numpy, ${theirs?.expression}`, { name: "in tiles", key: "ours" }),
  ];
}

/** By CPU seconds where they are known: this is one thread, which a busy machine interrupts. */
function speed({ cpu, wall }: Seconds, flops: number, repeats: number): string {
  const each = (cpu ?? wall) / repeats;
  const time = each < 1e-3 ? `${Number((each * 1e6).toPrecision(3))} µs` : `${Number((each * 1e3).toPrecision(3))} ms`;
  return `${time} each, ${(flops / each / 1e9).toFixed(1)} GFlop/s`;
}

export const linearBench: Bench = {
  name: "linear",
  about: "factors, inverses and solves of covariance matrices, in this process and with one thread",
  run: async () => {
    const numpy = hasNumpy();
    const contests = [
      ...[40, 50, 100, 1000, 2000].map(factor),
      ...[50, 1000].map(invert),
      solveMany(50, 500),
      solveMany(1000, 2500),
    ];
    const rows: Measurement[] = [];
    for (const contest of contests) rows.push(...(await measure(contest, numpy)));
    return rows;
  },
};
