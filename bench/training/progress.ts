/** Tells how far a bench is and when it will be done, by the wall time that each core-second has cost so far. */
export class Progress {
  readonly #clock: () => number;
  readonly #say: (line: string) => void;
  #told = Number.NEGATIVE_INFINITY;
  #wall = 0;
  #charged = 0;

  /** `clock` in seconds. */
  constructor(clock: () => number, say: (line: string) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  /** A core-second that some policy is charged costs no wall time where another has made the work already. */
  worked(wall: number, charged: number): void {
    this.#wall += wall;
    this.#charged += charged;
  }

  /** `left`: core-seconds that are still to be charged, at most. */
  tell(what: string, left: number): void {
    const now = this.#clock();
    if (now - this.#told < 10) return;
    this.#told = now;
    const minutes = this.#charged > 0 ? Math.ceil((left * this.#wall) / this.#charged / 60) : null;
    this.#say(`${what}${minutes === null ? "" : `; at most about ${minutes} min left`}`);
  }
}
