import { createServer } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import { usage } from "../app/errors.ts";
import { errorCode } from "../base/system-error.ts";
import type { App } from "./app.ts";
import { securityHeaders } from "./headers.ts";
import type { Log } from "./log.ts";
import { isLoopback } from "./origin.ts";
import { refuse, responseOf } from "./problems.ts";

export interface ServeOptions {
  readonly app: App;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly log: Log;
  /** That the app was given the signal of: aborted when the server closes. */
  readonly closing: AbortController;
  readonly publicUrl: URL | null;
}

export interface Served {
  /** Where it can be opened: `http://localhost:7319`. */
  readonly url: string;
  readonly port: number;
  /** Takes nothing new, ends what streams, lets the rest be answered, and after five seconds cuts off. */
  close(): Promise<void>;
}

const grace = 5000;

/** @throws CairnError when the address cannot be listened on. */
export async function startServer({ app, host, port, log, closing, publicUrl }: ServeOptions): Promise<Served> {
  const proxied = publicUrl !== null;
  const listener = getRequestListener(
    (request, { incoming }) => {
      const peer = incoming.socket.remoteAddress ?? "unknown";
      return app.fetch(request, { address: proxied ? behindProxy(peer, request.headers) : peer });
    },
    { overrideGlobalObjects: false, errorHandler: (error) => unreadable(log, error) },
  );
  // 500 runs can be compared by a query that names them all.
  const server = createServer({ maxHeaderSize: 64 * 1024, requireHostHeader: true }, listener);
  server.headersTimeout = 20_000;
  server.requestTimeout = 60_000;
  server.keepAliveTimeout = 65_000;
  server.maxConnections = 2000;
  const listening = Promise.withResolvers<void>();
  server.once("error", (error) => listening.reject(cannotListen(error, host, port)));
  server.listen(port, host, () => listening.resolve());
  await listening.promise;
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  const name = isLoopback(host) ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return {
    url: `http://${name}:${bound}`,
    port: bound,
    async close() {
      closing.abort();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      // Connections that are kept alive are idle one after another, as what they were asked is answered.
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      const late = setTimeout(() => server.closeAllConnections(), grace);
      await closed.promise;
      clearInterval(sweep);
      clearTimeout(late);
    },
  };
}

/** What stands before the server, on this machine, says whom it speaks for: the last that it added. */
function behindProxy(peer: string, headers: Headers): string {
  const from = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  return isLoopback(peer.replace(/^::ffff:/, "")) && from !== undefined && from !== "" ? from.slice(0, 60) : peer;
}

/** Of a request that was not even a request. */
function unreadable(log: Log, error: unknown): Response {
  const response = responseOf(
    error instanceof RequestError
      ? refuse("malformed", "the request's address or host cannot be read").error
      : refuse("internal", "the server failed at this; its log says more").error,
  );
  if (!(error instanceof RequestError)) log.error({ err: error }, "a defect: outside of the app");
  for (const [name, value] of Object.entries(securityHeaders)) response.headers.set(name, value);
  return response;
}

function cannotListen(error: Error, host: string, port: number): Error {
  switch (errorCode(error)) {
    case "EADDRINUSE":
      return usage(
        `port ${port} is taken`,
        "Another server is there: use it, or choose another port with --port (0 for any).",
      );
    case "EACCES":
      return usage(`port ${port} needs the machine's administrator`, "Choose one above 1023 with --port.");
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return usage(`${host} is no address of this machine`, "Use 127.0.0.1, or 0.0.0.0 for all of its addresses.");
    default:
      return error;
  }
}
