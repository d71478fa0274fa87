import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** State in the URL's query, so that a page as it is seen can be linked to, kept and gone back to. */

/** @param fallback is left out of the URL */
export function useUrlState(name: string, fallback = ""): readonly [string, (value: string) => void] {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (value: string) => setSearch((now) => withParam(now, name, value === fallback ? "" : value), { replace: true }),
    [setSearch, name, fallback],
  );
  return [search.get(name) ?? fallback, set];
}

/** A list, kept as `name=a,b`; empty: left out. */
export function useUrlList(name: string): readonly [readonly string[], (values: readonly string[]) => void] {
  const [text, setText] = useUrlState(name);
  const set = useCallback((values: readonly string[]) => setText(textOf(values)), [setText]);
  return [listOf(text), set];
}

/** Values that are not empty, with commas between; a comma or a percent sign inside one is escaped. */
export function textOf(values: readonly string[]): string {
  return values.map((value) => value.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",");
}

export function listOf(text: string): readonly string[] {
  const parts = text.split(",").filter((part) => part !== "");
  return parts.map((part) => part.replaceAll("%2C", ",").replaceAll("%25", "%"));
}

/** The query with one parameter set, or taken out where the value is empty. */
export function withParam(search: URLSearchParams, name: string, value: string): URLSearchParams {
  const next = new URLSearchParams(search);
  if (value === "") next.delete(name);
  else next.set(name, value);
  return next;
}
