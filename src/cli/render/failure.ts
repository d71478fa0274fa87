import type { Failure } from "../../app/errors.ts";
import { formatDiagnostic } from "../../lab/diagnostic.ts";
import type { Diagnostic } from "../../lab/source.ts";
import { type Io, painter } from "../io.ts";

export function printFailure(io: Io, failure: Failure): void {
  const paint = painter(io);
  const complain = (message: string, help: string | null) => {
    io.note(`${paint(["red", "bold"], "error:")} ${message}`);
    if (help !== null) io.note(`  ${paint("dim", help)}`);
  };
  switch (failure.kind) {
    case "no-lab":
      return complain(
        `there is no cairn.yaml in ${failure.from} or above it`,
        "Make a lab around your training command with `cairn init`, or see one decide with `cairn demo`.",
      );
    case "invalid":
      return printDiagnostics(io, failure.diagnostics);
    case "usage":
    case "not-decided":
    case "damaged":
      return complain(failure.message, failure.help);
    case "run-failed":
      complain(failure.message, null);
      for (const line of failure.detail) io.note(`  ${paint("dim", "│")} ${line}`);
  }
}

export function printDiagnostics(io: Io, diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) io.note(`${formatDiagnostic(diagnostic, { color: io.color })}\n`);
  const count = (severity: Diagnostic["severity"]) => diagnostics.filter((d) => d.severity === severity).length;
  const [errors, warnings] = [count("error"), count("warning")];
  const parts = [
    ...(errors > 0 ? [`${errors} ${errors === 1 ? "error" : "errors"}`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? "warning" : "warnings"}`] : []),
  ];
  if (parts.length > 0) io.note(parts.join(", "));
}
