/**
 * What is pointed at, shared by the charts and the legend of one page: the run that stands out, and the place along x.
 * It changes with every move of the mouse, so it is no state of React's: who draws by it subscribes.
 */
export interface Pointed {
  readonly id: string | null;
  /** null: nowhere. `axis` says of what it is a value: charts of another axis have no such place. */
  readonly at: { readonly x: number; readonly axis: string } | null;
}

export interface Pointer {
  readonly get: () => Pointed;
  readonly set: (pointed: Pointed) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

export function createPointer(): Pointer {
  let now: Pointed = { id: null, at: null };
  const listeners = new Set<() => void>();
  return {
    get: () => now,
    set: (pointed) => {
      if (pointed.id === now.id && pointed.at?.x === now.at?.x && pointed.at?.axis === now.at?.axis) return;
      now = pointed;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
