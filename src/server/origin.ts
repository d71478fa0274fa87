/** Names and addresses by which requests may come in, and the sites that they may come from. All of it is pure. */

/** A host without its port, lower case; null when it is none. IPv6 keeps its brackets. */
export function hostnameOf(host: string): string | null {
  if (!/^[\w.:[\]-]+$/.test(host)) return null;
  try {
    const url = new URL(`http://${host}`);
    return url.username === "" && url.pathname === "/" ? url.hostname : null;
  } catch {
    return null;
  }
}

/** Of a hostname as `hostnameOf` gives it, or an address that a server binds to. */
export function isLoopback(name: string): boolean {
  const bare = name.replace(/^\[|\]$/g, "");
  return bare === "localhost" || bare.endsWith(".localhost") || bare === "::1" || /^127(?:\.\d{1,3}){3}$/.test(bare);
}

export interface Asked {
  /** The `Host` header, and the host of the request's own address, which a proxy's form may set apart. */
  readonly hosts: readonly string[];
  /** Headers; null: not sent. */
  readonly origin: string | null;
  readonly fetchSite: string | null;
  readonly fetchMode: string | null;
  readonly isWrite: boolean;
}

/**
 * Whether the request was made by a page of another site. A browser says so itself (`Sec-Fetch-Site`), and older ones
 * send `Origin` with every write. A link that is followed is no such request.
 * @param own the server's origins besides the one that it was asked under
 */
export function isCrossOrigin(asked: Asked, own: readonly string[]): boolean {
  const { fetchSite, fetchMode, origin, isWrite } = asked;
  if (fetchSite === "cross-site" || fetchSite === "same-site") return isWrite || fetchMode !== "navigate";
  if (origin === null || !isWrite) return false;
  return ![...asked.hosts.flatMap((host) => [`http://${host}`, `https://${host}`]), ...own].includes(origin);
}
