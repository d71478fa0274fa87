/** Where in the user's own text a value stands, and what is wrong there. Offsets are UTF-16 units from the file's start. */
export interface Source {
  /** As the user would name it: relative to the lab. */
  readonly path: string;
  readonly text: string;
}

export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Stable, for tests and for `--json`: kebab-case, such as `unknown-key`. */
  readonly code: string;
  /** One sentence: what is wrong. */
  readonly message: string;
  readonly span: Span;
  /** What would be right: the valid choices, or the mend. */
  readonly help: string | null;
  /** Other places that have to do with it. */
  readonly related: readonly { readonly message: string; readonly span: Span }[];
}
