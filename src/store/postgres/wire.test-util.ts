import { connect, createServer, type Socket } from "node:net";

/** What becomes of a message to the server: cut before it is passed on, or when it was and before the answer comes back. */
export type Fate = "pass" | "lost" | "unheard";

/** Stands between a client and a server, and breaks connections. */
export interface Wire {
  readonly port: number;
  /** Asked of every message of a client. */
  fate: (message: string) => Fate;
  /** Refuses new connections and breaks those that there are. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

export async function startWire(to: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let isOpen = true;
  const server = createServer((client) => {
    if (!isOpen) return void client.destroy();
    const upstream = connect(to, "127.0.0.1");
    let deaf = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", end).on("close", end);
    }
    client.on("data", (data) => {
      const fate = wire.fate(data.toString("latin1"));
      if (fate === "lost") return end();
      deaf ||= fate === "unheard";
      upstream.write(data);
    });
    // The server has answered, so it is done; nobody hears of it.
    upstream.on("data", (data) => (deaf ? end() : client.write(data)));
  });
  const wire: Wire = {
    port: await new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    }),
    fate: () => "pass",
    shut: () => {
      isOpen = false;
      for (const socket of sockets) socket.destroy();
    },
    open: () => {
      isOpen = true;
    },
    close: async () => {
      wire.shut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return wire;
}
