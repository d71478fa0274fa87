import { type RefObject, useEffect, useRef } from "react";

/**
 * Keys, without ever taking one from somebody who types. Lists: give the container this ref and mark each row's link or
 * button with `data-list-item`; j and k (and the arrows) move the focus, Enter is the link's own. The page's filter
 * field is marked with `data-filter`: `/` goes there.
 */

/** Whether the keystroke belongs to a field, a menu or a dialog, or goes with a modifier. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return true;
  const target = event.target;
  return (
    target instanceof HTMLElement &&
    target.closest("input, textarea, select, [contenteditable=true], [role=menu], [role=listbox], [role=dialog]") !==
      null
  );
}

/** Handles keys of the page while the component is there. A handler that returns true has used the key. */
export function usePageKeys(handle: (key: string, event: KeyboardEvent) => boolean): void {
  const latest = useRef(handle);
  latest.current = handle;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event)) return;
      if (latest.current(event.key, event)) event.preventDefault();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

/** j and k through the rows of one list. */
export function useListKeys<T extends HTMLElement>(): RefObject<T | null> {
  const list = useRef<T>(null);
  usePageKeys((key, event) => {
    const inside = event.target instanceof Node && list.current?.contains(event.target) === true;
    const step =
      key === "j" || (inside && key === "ArrowDown") ? 1 : key === "k" || (inside && key === "ArrowUp") ? -1 : 0;
    return step !== 0 && moveFocus(list.current, step);
  });
  return list;
}

function moveFocus(list: HTMLElement | null, step: 1 | -1): boolean {
  const items = [...(list?.querySelectorAll<HTMLElement>("[data-list-item]") ?? [])];
  const focused = document.activeElement;
  const at = focused instanceof HTMLElement ? items.indexOf(focused) : -1;
  const next = items[at === -1 ? 0 : Math.min(items.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return next !== undefined;
}

/** Puts the cursor into the page's filter field. */
export function focusFilter(): boolean {
  const field = document.querySelector<HTMLElement>("[data-filter]");
  field?.focus();
  return field !== null;
}
