/** Counts this process's CPU time, user and system, of all its threads: what a run costs, however busy the machine. */
export class CpuClock {
  #start = process.cpuUsage();

  /** Starts again from zero. */
  restart(): void {
    this.#start = process.cpuUsage();
  }

  /** CPU-seconds since the start. */
  seconds(): number {
    const { user, system } = process.cpuUsage(this.#start);
    return (user + system) / 1e6;
  }
}
