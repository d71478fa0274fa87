import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { focusFilter, usePageKeys } from "../keys.ts";

/** Where `g` and a second key lead. */
export const places = [
  { key: "h", name: "home", path: "/" },
  { key: "q", name: "queue", path: "/queue" },
  { key: "e", name: "evidence", path: "/evidence" },
  { key: "r", name: "runs", path: "/runs" },
  { key: "c", name: "recipe", path: "/recipe" },
  { key: "l", name: "lab", path: "/lab" },
  { key: "s", name: "settings", path: "/settings" },
] as const;

/** How long after `g` the second key counts, in milliseconds. */
const patience = 1200;

interface Actions {
  readonly openPalette: () => void;
  readonly openHelp: () => void;
}

/** Keys that work on every page. */
export function useGlobalKeys({ openPalette, openHelp }: Actions): void {
  const navigate = useNavigate();
  const pressedG = useRef(Number.NEGATIVE_INFINITY);
  usePageKeys((key, event) => {
    const afterG = event.timeStamp - pressedG.current < patience;
    pressedG.current = key === "g" ? event.timeStamp : Number.NEGATIVE_INFINITY;
    if (afterG) {
      const place = places.find((one) => one.key === key);
      if (place !== undefined) navigate(place.path);
      return place !== undefined;
    }
    if (key === "/") return focusFilter();
    if (key === "?") openHelp();
    return key === "?";
  });
  usePaletteKey(openPalette);
}

/** ⌘K and Ctrl-K work inside fields as well. */
function usePaletteKey(open: () => void): void {
  const latest = useRef(open);
  latest.current = open;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}
