import { type Kysely, sql } from "kysely";
import { sha256 } from "../../src/base/digest.ts";
import { ok } from "../../src/base/result.ts";
import { liveness } from "../../src/run/key.ts";
import type { Executor, Journal, RunRequest } from "../../src/run/run.ts";
import { type FailPoint, failPoints, type Runner, type RunnerDeps } from "../../src/run/runner.ts";
import { createRunner } from "../../src/run/scheduler.ts";
import { storeOver } from "../../src/store/over.ts";
import type { Schema } from "../../src/store/schema.ts";
import type { Store } from "../../src/store/store.ts";
import { createVigil } from "../../src/store/vigil.ts";
import { SimulatedArtifacts } from "./artifacts.ts";
import type { Breakage } from "./broken.ts";
import { Checks } from "./checks.ts";
import { Cluster, createClusterExecutor } from "./cluster.ts";
import { createDisk } from "./disk.ts";
import { createMachineExecutor, finishJob } from "./jobs.ts";
import { drawShape, type Lab, sourceAsItWas, sourceFile, workspace } from "./lab.ts";
import { type Trouble, troubledDatabase, watchedExecutor, watchedJournal } from "./watched.ts";
import { cross, isInjected, kill, type Process, pause, resume, World, within } from "./world.ts";

export interface HistoryOptions {
  readonly seed: number;
  /** An open database, of which nothing is kept. */
  readonly db: Kysely<Schema>;
  readonly breakage: Breakage;
  readonly trace: ((line: string) => void) | null;
}

export interface History {
  /** null: everything that always holds has held. */
  readonly violation: string | null;
  readonly counts: ReadonlyMap<string, number>;
  /** Virtual milliseconds. */
  readonly length: number;
  readonly turns: number;
}

/** So many processes a history has, before those that end it. */
const most = 8;
/** With faults over, everything comes to rest within this, in virtual milliseconds. */
const patience = 4 * 3_600_000;

/** Lives through one seed. */
export async function live(options: HistoryOptions): Promise<History> {
  await empty(options.db);
  const story = new Story(options);
  return story.tell();
}

async function empty(db: Kysely<Schema>): Promise<void> {
  for (const table of ["segments", "changes", "results", "attempts", "keys", "owners"])
    await sql`delete from ${sql.table(table)}`.execute(db);
}

class Story {
  readonly #options: HistoryOptions;
  readonly #world: World;
  readonly #lab: Lab;
  readonly #cluster: Cluster;
  readonly #trouble: Trouble;
  readonly #runners = new Map<Process, Runner>();
  /** What no process has had an answer to yet, and nobody has cancelled. */
  readonly #wanted: Set<string>;
  readonly #cancelled = new Set<Process>();
  /** What happens to whoever comes to a point next. */
  readonly #ambushes = new Map<FailPoint, (process: Process) => void>();
  #edited = false;
  #born = 0;

  constructor(options: HistoryOptions) {
    this.#options = options;
    const world = new World(options.seed, options.trace);
    this.#world = world;
    const rate = (most: number) => (world.chance(0.5) ? 0 : most * world.rng.uniform());
    const shape = drawShape(world);
    const checks: Checks = new Checks(() => this.#lab);
    this.#lab = {
      world,
      disk: createDisk(world, rate(0.005)),
      artifacts: new SimulatedArtifacts(),
      checks,
      jobs: [],
      shape,
      code: new Map([[sourceFile, sourceAsItWas]]),
      keyOf: (attempt) => checks.keyOf(attempt),
      isMeasured: (attempt) => attempt.startsWith(`${shape.measured}-`),
      isNoisy: (attempt) => shape.noisy.has(attempt.split("-")[0] ?? ""),
    };
    this.#lab.disk.tree.make(workspace, true);
    this.#cluster = new Cluster(this.#lab);
    this.#trouble = { errors: rate(0.02) };
    this.#wanted = new Set(shape.requests.map(({ id }) => id));
  }

  async tell(): Promise<History> {
    const world = this.#world;
    const { shape } = this.#lab;
    world.count(`on a ${shape.kind}`);
    const unforeseen = (error: unknown) => world.violate(`a promise was left alone with ${String(error)}`);
    process.on("unhandledRejection", unforeseen);
    let turns = 0;
    try {
      let over = false;
      this.#begin();
      this.#planFaults();
      world.at(shape.chaos, () => this.#calmDown());
      void this.#end().then(() => {
        over = true;
      }, unforeseen);
      while (!over && world.violation === null) {
        if (!(await world.turn())) world.violate("nothing will ever happen again");
        if (world.time > shape.chaos + patience) world.violate("it never comes to rest");
        turns++;
      }
    } finally {
      process.off("unhandledRejection", unforeseen);
    }
    return { violation: world.violation, counts: world.counts, length: world.time, turns };
  }

  /** The first processes, each with a share of what is asked. */
  #begin(): void {
    const { processes, requests } = this.#lab.shape;
    for (let i = 0; i < processes; i++) {
      // Two may be asked for the same: then they share it.
      const own = requests.filter((_, r) => r % processes === i || this.#world.chance(0.5));
      this.#world.after(this.#world.between({ least: 1, most: 5000 }), () => {
        this.#spawn(own);
      });
    }
  }

  /** A process is started for what it is asked. */
  #spawn(requests: readonly RunRequest[]): void {
    const process = this.#world.process(`p${++this.#born}`);
    this.#world.log(() => `${process.name} starts for ${requests.map(({ id }) => id).join(", ")}`);
    within(process, () => void this.#work(process, requests));
  }

  async #work(process: Process, requests: readonly RunRequest[]): Promise<void> {
    const world = this.#world;
    const runner = createRunner(this.#deps(process));
    this.#runners.set(process, runner);
    let broke = false;
    const ask = async (request: RunRequest) => {
      await cross(process, { least: 0.1, most: 10_000 }, () => {});
      try {
        const result = await runner.run(request);
        world.log(() => `${process.name} has ${request.id}: ${[...result.stages].map(([s, o]) => `${s} ${o.kind}`)}`);
        const told = { cancelled: this.#cancelled.has(process), edited: this.#edited };
        for (const [stage, outcome] of result.stages) this.#lab.checks.told(stage, outcome, told);
        this.#wanted.delete(request.id);
        world.count("run answered");
      } catch (error) {
        world.log(() => `${process.name} could not do ${request.id}: ${String(error)}`);
        if (!isInjected(error)) world.violate(`${request.id} threw ${String(error)}`);
        world.count("run broke");
        broke = true;
      }
    };
    await Promise.all(requests.map(ask));
    if (broke) await runner.cancel().catch((error: unknown) => !isInjected(error) && world.violate(String(error)));
    this.#gone(process, "is done");
  }

  #gone(process: Process, how: string): void {
    this.#world.log(() => `${process.name} ${how}`);
    kill(process);
    // Somebody starts it again, sooner or later.
    if (this.#left().length > 0 && this.#born < most && !this.#world.calm)
      this.#world.after(this.#world.between({ least: 100, most: 60_000 }), () => {
        if (!this.#world.calm) this.#spawn(this.#left());
      });
  }

  #left(): RunRequest[] {
    return this.#lab.shape.requests.filter(({ id }) => this.#wanted.has(id));
  }

  #store(process: Process): Store {
    const { db, breakage } = this.#options;
    const isDead = (owner: string) =>
      this.#lab.shape.seesDeath && this.#world.processes.some((p) => p.owner === owner && p.life === "dead");
    const store = storeOver({
      db: troubledDatabase(this.#lab, process, db, this.#trouble),
      clock: process.clock,
      vigil: createVigil(process.clock, isDead),
      guard: (work) => work(),
      check: async () => [],
    });
    return { ...store, journal: (owner) => breakage.journal(store.journal(owner), db) };
  }

  #executor(process: Process): Executor {
    const executor =
      this.#lab.shape.kind === "machine"
        ? createMachineExecutor(this.#lab, process)
        : createClusterExecutor(this.#lab, process, this.#cluster);
    return watchedExecutor(this.#lab, process, executor);
  }

  #journal(process: Process, store: Store): Journal {
    return watchedJournal(this.#lab, process, store.journal(process.owner), this.#trouble);
  }

  #deps(process: Process): RunnerDeps {
    const { disk, artifacts, shape, code } = this.#lab;
    return {
      journal: this.#journal(process, this.#store(process)),
      artifacts: this.#options.breakage.artifacts(artifacts.of(process, disk), (path) =>
        sha256(disk.tree.listing(path)),
      ),
      executor: this.#executor(process),
      clock: process.clock,
      workspace,
      materialise: () => cross(process, disk.pace(), () => ok("/lab")),
      rehash: (_root, paths) =>
        cross(process, disk.pace(), () => new Map(paths.map((path) => [path, code.get(path) ?? null]))),
      objectives: new Map([[shape.measured, [{ name: "loss", items: false }]]]),
      capacity: shape.capacity,
      retries: shape.retries,
      hostEnvironment: {},
      onEvent: (event) => {
        if (event.kind === "stage-shared") this.#world.count("shared");
      },
      atPoint: (point) => {
        const ambush = this.#ambushes.get(point);
        if (ambush === undefined || this.#world.calm) return;
        this.#ambushes.delete(point);
        this.#world.log(() => `${process.name} is ${point}`);
        ambush(process);
      },
    };
  }

  /** Everything that will go wrong, and when. */
  #planFaults(): void {
    const world = this.#world;
    const { chaos, kind } = this.#lab.shape;
    const kinds: readonly (() => void)[] = [
      () => this.#strike((process) => this.#kill(process)),
      () => this.#strike((process) => this.#pause(process)),
      () => this.#strike((process) => this.#cancel(process)),
      () => this.#fillDisk(),
      () => this.#edit(),
      () => this.#lab.artifacts.harmOne(world),
      () => this.#jumpClock(),
      kind === "machine" ? () => this.#cutPower() : () => this.#cutContact(),
      kind === "machine" ? () => this.#strike((process) => this.#kill(process)) : () => this.#cluster.loseOne(),
    ];
    // Most of the work is done early.
    const when = { least: 10, most: chaos };
    for (let i = world.rng.int(10); i > 0; i--) world.at(world.between(when), world.pick(kinds));
    const ambushes = [(process: Process) => this.#pause(process), (process: Process) => this.#kill(process)];
    for (let i = world.rng.int(4); i > 0; i--) this.#ambushes.set(world.pick(failPoints), world.pick(ambushes));
  }

  /** Does something to one of those who live. */
  #strike(blow: (process: Process) => void): void {
    const alive = this.#world.processes.filter(({ life }) => life === "alive");
    if (alive.length > 0) blow(this.#world.pick(alive));
  }

  #kill(process: Process): void {
    this.#world.count("process killed");
    this.#gone(process, "is killed");
  }

  #pause(process: Process): void {
    const world = this.#world;
    const wait = world.chance(0.7) ? world.between({ least: 35_000, most: 200_000 }) : 1000 * world.rng.uniform();
    // Whoever thinks that it hangs starts another.
    if (world.chance(0.7) && this.#born < most)
      world.after(5000 * world.rng.uniform(), () => this.#spawn(this.#left()));
    this.#world.count(wait > 35_000 ? "process paused past its lease" : "process paused");
    this.#world.log(() => `${process.name} is paused for ${(wait / 1000).toFixed(1)} s`);
    pause(process);
    this.#world.after(wait, () => {
      this.#world.log(() => `${process.name} goes on`);
      resume(process);
    });
  }

  /** Ctrl-C: nobody asks for its runs any more, unless others were asked too. */
  #cancel(process: Process): void {
    const runner = this.#runners.get(process);
    if (runner === undefined) return;
    this.#world.count("process cancelled");
    this.#world.log(() => `${process.name} is cancelled`);
    this.#cancelled.add(process);
    within(process, () => void runner.cancel().catch(() => {}));
  }

  #fillDisk(): void {
    const { disk } = this.#lab;
    this.#world.count("disk filled");
    disk.full = true;
    this.#world.after(this.#world.between({ least: 100, most: 30_000 }), () => {
      disk.full = false;
    });
  }

  #edit(): void {
    this.#edited = true;
    this.#world.count("files edited");
    this.#lab.code.set(sourceFile, sha256("edited"));
    this.#world.after(this.#world.between({ least: 100, most: 60_000 }), () => {
      this.#lab.code.set(sourceFile, sourceAsItWas);
    });
  }

  #jumpClock(): void {
    this.#world.count("clock jumped");
    this.#world.wallOffset += (this.#world.chance(0.5) ? 1 : -1) * 3_600_000;
  }

  /** The machine stops: every process of ours, and every command. */
  #cutPower(): void {
    this.#world.count("power cut");
    for (const process of this.#world.processes) if (process.life !== "dead") this.#gone(process, "loses power");
    for (const job of this.#lab.jobs) finishJob(this.#lab, job, { signal: "SIGKILL" });
  }

  #cutContact(): void {
    this.#world.count("cluster out of reach");
    this.#cluster.reachable = false;
    this.#world.after(this.#world.between({ least: 100, most: 200_000 }), () => {
      this.#cluster.reachable = true;
    });
  }

  #calmDown(): void {
    this.#world.log(() => "from here on nothing goes wrong");
    this.#world.calm = true;
    this.#cluster.reachable = true;
    this.#lab.disk.full = false;
    this.#lab.code.set(sourceFile, sourceAsItWas);
  }

  /** Until every process is gone. */
  async #allGone(): Promise<void> {
    while (this.#world.processes.some(({ life }) => life !== "dead")) await this.#wait(1000);
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#world.after(milliseconds, resolve));
  }

  /**
   * The end of every history: somebody asks for all that was asked; what others left is cancelled, as `cairn cancel`
   * does; and all is asked again, for which nothing may be left to do but what failed.
   */
  async #end(): Promise<void> {
    await this.#wait(this.#lab.shape.chaos + 1);
    await this.#allGone();
    this.#spawn(this.#left());
    await this.#allGone();
    if (this.#wanted.size > 0) this.#world.violate(`${[...this.#wanted]} had no answer`);
    await this.#cancelLeft();
    this.#spawn(this.#lab.shape.requests);
    await this.#allGone();
    const open = await this.#options.db.selectFrom("attempts").select("id").where("state", "=", "started").execute();
    this.#lab.checks.atRest(open.length, workspace);
  }

  async #cancelLeft(): Promise<void> {
    const process = this.#world.process("cancel");
    const store = this.#store(process);
    const done = within(process, async () => {
      // Silence has to be watched before it can be believed.
      for (let i = 0; i < 2; i++) {
        this.#lab.checks.givenBack(await store.releaseAbandoned());
        await cross(process, { least: 31_000, most: 32_000 }, () => {});
      }
      const executor = this.#executor(process);
      await executor.sweepOrphans(liveness({ executor, journal: this.#journal(process, store) }));
      kill(process);
    });
    await done;
  }
}
