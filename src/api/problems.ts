/** What can be wrong with a request, by the word that a problem's `type` says, and its title: every error that the server answers with is one of these. */
export const problemTitles = {
  malformed: "The request is not right",
  unauthenticated: "Log in first",
  forbidden: "This is not yours to do",
  "cross-origin": "The request comes from another site",
  "not-found": "There is no such thing",
  "method-not-allowed": "This cannot be done here",
  conflict: "This cannot be done as things stand",
  "not-decided": "Nothing is decided yet",
  "in-flight": "The same request is being answered",
  "answered-before": "The same request was answered before",
  "too-large": "The request is too large",
  "unsupported-media": "Bodies are JSON",
  misdirected: "This server does not go by that name",
  invalid: "What was sent is not right",
  "key-reused": "The idempotency key was used for another request",
  "rate-limited": "Too many requests",
  internal: "A defect of Cairn's",
  damaged: "A file or database of Cairn's is damaged",
  unavailable: "The server cannot do this now",
} as const;
export type ProblemKind = keyof typeof problemTitles;
