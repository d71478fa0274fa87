import { usage } from "../app/errors.ts";
import { hostnameOf, isLoopback } from "./origin.ts";

/**
 * open: on loopback, without accounts, whoever sits at the machine may do everything. login: accounts alone.
 */
export interface Door {
  readonly kind: "open" | "login";
  /** The address that is listened on. */
  readonly host: string;
  /** Where people find the server when something stands before it. */
  readonly publicUrl: URL | null;
}

export interface DoorChoice {
  readonly host: string;
  readonly publicUrl: URL | null;
  /** Ask for accounts on loopback too. */
  readonly login: boolean;
  /** Whether there is an account that can invite others. */
  readonly hasAdmin: boolean;
}

/** @throws CairnError when nobody could come in, or anybody could. */
export function chooseDoor({ host, publicUrl, login, hasAdmin }: DoorChoice): Door {
  const exposed = !isLoopback(host) || (publicUrl !== null && !isLoopback(publicUrl.hostname));
  if (!exposed && !login && !hasAdmin) return { kind: "open", host, publicUrl };
  if (hasAdmin) return { kind: "login", host, publicUrl };
  throw usage(
    exposed
      ? `${publicUrl === null ? host : publicUrl.href} is reached from other machines, and this lab has no account that could let anybody in`
      : "this lab has no account that could log in",
    "Invite yourself first: cairn account invite NAME",
  );
}

/** Headers of something that passes requests on: behind it, everybody looks as if they sat at this machine. */
const passedOn = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/**
 * Why an open door does not answer to this request, or null. A page of another site can make a name of its own mean this
 * machine (DNS rebinding): then the browser sends that name.
 */
export function turnedAway(door: Door, hosts: readonly string[], headers: Headers): string | null {
  if (door.kind === "login") return null;
  if (passedOn.some((name) => headers.has(name))) {
    return "the request was passed on by a proxy, and this server asks nobody who they are";
  }
  const known = [door.host, door.publicUrl?.host ?? door.host].map((host) => hostnameOf(host));
  const stranger = hosts.find((host) => {
    const name = hostnameOf(host);
    return name === null || !(isLoopback(name) || known.includes(name));
  });
  return stranger === undefined ? null : `the server was asked as ${JSON.stringify(stranger)}, which is not its name`;
}
