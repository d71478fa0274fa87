import type { TFunction } from "i18next";

/** This page's words. */
export type Say = TFunction<"evidence">;
