import { spawn } from "node:child_process";
import type { Io } from "./io.ts";

/** Opens the address where a person sits before a desktop, and says nothing where none does. */
export function openBrowser(io: Io, url: string): void {
  const command = commandFor(io);
  if (command === null) return;
  const child = spawn(command, [url], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}

function commandFor({ live, env }: Io): string | null {
  if (!live || env.SSH_CONNECTION !== undefined) return null;
  if (process.platform === "darwin") return "open";
  return env.DISPLAY === undefined && env.WAYLAND_DISPLAY === undefined ? null : "xdg-open";
}
