import { formatDiagnostic, lineColumn } from "../lab/diagnostic.ts";
import type { Diagnostic } from "../lab/source.ts";

/** A diagnostic as programs read it. */
export interface DiagnosticRecord {
  readonly severity: Diagnostic["severity"];
  readonly code: string;
  readonly message: string;
  readonly help: string | null;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export function diagnosticRecord(diagnostic: Diagnostic): DiagnosticRecord {
  const { severity, code, message, help, span } = diagnostic;
  return { severity, code, message, help, file: span.source.path, ...lineColumn(span) };
}

/** Every diagnostic with the user's own text, and how many there are. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], options: { readonly color: boolean }): string {
  const count = (severity: Diagnostic["severity"]) => diagnostics.filter((d) => d.severity === severity).length;
  const plural = (n: number, noun: string) => (n === 0 ? [] : [`${n} ${noun}${n === 1 ? "" : "s"}`]);
  const blocks = diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, options));
  return [...blocks, [...plural(count("error"), "error"), ...plural(count("warning"), "warning")].join(", ")].join(
    "\n\n",
  );
}
