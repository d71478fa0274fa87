import { diagnosticsText } from "../../app/diagnostics.ts";
import type { Failure } from "../../app/errors.ts";
import { sanitize } from "../../report/safe.ts";
import { type Io, painter } from "../io.ts";

export function printFailure(io: Io, failure: Failure): void {
  const paint = painter(io);
  const complain = (message: string, help: string | null) => {
    io.note(`${paint(["red", "bold"], "error:")} ${message}`);
    if (help !== null) io.note(`  ${paint("dim", help)}`);
  };
  switch (failure.kind) {
    case "no-lab":
      complain(
        `there is no cairn.yaml in ${failure.from} or above it`,
        "Make a lab around your training command with `cairn init`, or see one decide with `cairn demo`.",
      );
      return;
    case "invalid":
      io.note(diagnosticsText(failure.diagnostics, io));
      return;
    case "usage":
    case "not-found":
    case "forbidden":
    case "conflict":
    case "not-decided":
    case "damaged":
    case "unavailable":
      complain(failure.message, failure.help);
      return;
    case "run-failed":
      complain(sanitize(failure.message), null);
      for (const line of failure.detail) io.note(`  ${paint("dim", "│")} ${sanitize(line)}`);
  }
}
