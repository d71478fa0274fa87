/** Waiting times of one kind of question, in milliseconds. */
export interface Timing {
  readonly what: string;
  readonly times: number;
  readonly p50: number;
  readonly p95: number;
  readonly worst: number;
  /** Of the largest answer, before any compression. */
  readonly bytes: number;
}

/** Asks one after another, as one person does, and after a few that are not counted. */
export async function timed(
  what: string,
  times: number,
  ask: (turn: number) => Promise<{ readonly bytes: number }>,
): Promise<Timing> {
  const warm = Math.min(3, times);
  for (let turn = 0; turn < warm; turn++) await ask(turn);
  const taken: number[] = [];
  let bytes = 0;
  for (let turn = 0; turn < times; turn++) {
    const begin = performance.now();
    const answer = await ask(turn + warm);
    taken.push(performance.now() - begin);
    bytes = Math.max(bytes, answer.bytes);
  }
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.min(taken.length - 1, Math.ceil(share * taken.length) - 1)] ?? Number.NaN;
  return { what, times, p50: at(0.5), p95: at(0.95), worst: at(1), bytes };
}

/** @throws Error when it is refused. */
export async function fetched(
  url: string,
  init: RequestInit = {},
): Promise<{ readonly text: string; readonly bytes: number }> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url.slice(0, 200)}: ${response.status} ${text.slice(0, 400)}`);
  return { text, bytes: Buffer.byteLength(text) };
}
