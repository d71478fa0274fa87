import type { Report } from "../api/report.ts";
import { listing } from "./format.ts";

/** Where the noise comes from, in words. */

export type NoisePart = Report["noise"][number]["parts"][number];

export function sourceText({ source }: NoisePart): string {
  switch (source.kind) {
    case "own":
      return "a run's own";
    case "seed":
      return "a seed's";
    case "stages":
      return `${listing(source.stages)}'s`;
  }
}

/** All sources that the report knows, the run's own first. */
export function noiseSources({ noise }: Report): readonly string[] {
  return [...new Set(noise.flatMap(({ parts }) => parts.map(sourceText)))];
}

/** Of one draw alone the runs say nothing: what stands there is only what was assumed. */
export function isTold({ source, draws }: NoisePart): boolean {
  return source.kind === "own" || draws > 1;
}

export function noiseSourcesNote({ noise }: Report): string {
  const untold = noise.some(({ parts }) => parts.some((part) => !isTold(part)));
  return untold ? `${sharedNote} Unknown is what all runs so far had the same draw of.` : sharedNote;
}

const sharedNote =
  "Beside what a run has of its own, runs of one seed share a part, and runs that took one draw of a seeded stage from the cache share another: a comparison of such runs is free of it.";
