import { userInfo } from "node:os";
import { usage } from "../../app/errors.ts";
import type { Live } from "../../app/live/live.ts";
import { openLive } from "../../app/live/open.ts";
import { announce, otherServer } from "../../app/live/presence.ts";
import { hasAdmin } from "../../app/people/accounts.ts";
import { version } from "../../app/report.ts";
import { builtWeb } from "../../app/web-build.ts";
import { systemClock } from "../../base/clock.ts";
import { createApp } from "../../server/app.ts";
import { backingOf } from "../../server/backing.ts";
import { chooseDoor, type Door } from "../../server/door.ts";
import { handlers } from "../../server/handlers.ts";
import { loginRate, writeRate } from "../../server/limits.ts";
import { createLog, type Log } from "../../server/log.ts";
import { type Served, startServer } from "../../server/serve.ts";
import { openBrowser } from "../browser.ts";
import type { Register } from "../command.ts";
import { type Io, painter } from "../io.ts";
import { isTaken, portTaken } from "../port.ts";
import { untilInterrupted } from "../watch.ts";
import { examples, labDir, positive, positiveInteger, scaleOption } from "./shared.ts";

interface Options {
  port: number;
  host: string;
  run: boolean;
  open: boolean;
  login?: boolean;
  publicUrl?: URL;
  scale?: string;
  cpus?: number;
  gpus?: number;
  log: "lines" | "json";
}

const defaultPort = 7319;

export const registerServe: Register = (program, io) => {
  program
    .command("serve")
    .description("open the lab to the browser, and to the team: the queue works, and everybody sees it")
    .option("-p, --port <n>", "where to listen (0: any that is free)", port, defaultPort)
    .option("--host <address>", "on which address; other than this machine's own, people log in", "127.0.0.1")
    .option("--no-run", "show the lab, run nothing")
    .option("--login", "ask for accounts on this machine too (cairn account invites)")
    .option("--public-url <url>", "where people find it, when something stands before it", publicUrl)
    .option(...scaleOption)
    .option("--cpus <n>", "cores to use (default: all)", positive("cpus"))
    .option("--gpus <n>", "GPUs to use (default: none)", positiveInteger("gpus"))
    .option("--no-open", "do not open a browser")
    .option("--log <format>", "lines, or json for machines", logFormat, "lines")
    .addHelpText(
      "after",
      examples("cairn serve", "cairn serve --no-run --port 8000", "cairn serve --host 0.0.0.0 --gpus 8 --log json"),
    )
    .action((options: Options) => serve(io, labDir(program, io), options));
};

async function serve(io: Io, dir: string, options: Options): Promise<void> {
  const { host } = options;
  if (await isTaken(host, options.port)) throw await portTaken(host, options.port);
  const log = createLog(options.log, (line) => void process.stderr.write(line));
  // From now on there may be something to end in order.
  const interrupted = untilInterrupted();
  const live = await openLive(dir, {
    scale: options.scale ?? null,
    run: options.run,
    cpus: options.cpus ?? null,
    gpus: options.gpus ?? null,
    onProblem: (error) => log.error({ err: error }, "something beside the requests failed"),
  });
  try {
    const other = otherServer(live.session);
    if (other !== null) {
      const work = options.run ? "; the two share the work" : "";
      io.note(`This lab is served at ${other} already, by another process${work}.`);
    }
    const admin = await hasAdmin(live.session);
    const door = chooseDoor({
      host,
      publicUrl: options.publicUrl ?? null,
      login: options.login ?? false,
      hasAdmin: admin,
    });
    const webFolder = await web(io);
    const closing = new AbortController();
    const server = await listen(live, { door, webFolder, closing, log, port: options.port });
    const leave = announce(live.session, server.url);
    try {
      welcome(io, live, server, door, options);
      await interrupted;
      io.note("Stopping: what runs is ended, and taken up again next time.");
    } finally {
      leave();
      await server.close();
    }
  } finally {
    await live.close();
  }
}

async function web(io: Io): Promise<string> {
  let startedAt: number | null = null;
  const folder = await builtWeb(() => {
    startedAt = systemClock.monotonic();
    io.note("Building the web interface (once, and when it was changed) …");
  });
  if (startedAt !== null) io.note(`Built in ${((systemClock.monotonic() - startedAt) / 1000).toFixed(1)} s.`);
  return folder;
}

interface Listening {
  readonly door: Door;
  readonly webFolder: string;
  readonly closing: AbortController;
  readonly log: Log;
  readonly port: number;
}

function listen(live: Live, { door, webFolder, closing, log, port }: Listening): Promise<Served> {
  const app = createApp({
    ...backingOf(live),
    ...{ live, door, handlers, webFolder, version, log },
    person: userInfo().username,
    clock: systemClock,
    closing: closing.signal,
    rates: { writes: writeRate, logins: loginRate },
  });
  return startServer({ app, host: door.host, port, log, closing, publicUrl: door.publicUrl });
}

function welcome(io: Io, live: Live, server: Served, door: Door, options: Options): void {
  const paint = painter(io);
  const url = door.publicUrl?.href ?? server.url;
  const { lab } = live.session.loaded;
  io.out(`${paint("bold", lab.name)} is at ${paint("bold", url)}`);
  io.note(
    paint(
      "dim",
      [
        door.kind === "open"
          ? "Whoever sits at this machine may do everything."
          : "People log in (cairn account invites).",
        options.run ? "The queue works beside it." : "Nothing is run here.",
        "Ctrl-C stops; nothing that was recorded is lost.",
      ].join(" "),
    ),
  );
  if (options.open) openBrowser(io, url);
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value < 65_536) return value;
  throw usage(`--port takes a number from 0 to 65535, not ${JSON.stringify(text)}`);
}

function publicUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw usage(`--public-url takes an address such as https://cairn.example.org, not ${JSON.stringify(text)}`);
}

function logFormat(text: string): "lines" | "json" {
  if (text === "lines" || text === "json") return text;
  throw usage(`--log takes lines or json, not ${JSON.stringify(text)}`);
}
