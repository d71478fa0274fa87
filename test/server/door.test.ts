import { describe, expect, it } from "vitest";
import { CairnError } from "../../src/app/errors.ts";
import { chooseDoor, type DoorChoice } from "../../src/server/door.ts";
import { hostnameOf, isLoopback } from "../../src/server/origin.ts";

const choice = (change: Partial<DoorChoice>) =>
  chooseDoor({ host: "127.0.0.1", publicUrl: null, login: false, hasAdmin: false, ...change });

describe("the door", () => {
  it.each(["127.0.0.1", "localhost", "::1", "127.8.9.10"])("is open on %s without accounts", (host) => {
    expect(choice({ host }).kind).toBe("open");
  });

  it("asks for a login once somebody was let in by an account", () => {
    expect(choice({ hasAdmin: true }).kind).toBe("login");
    expect(choice({ hasAdmin: true, host: "0.0.0.0" }).kind).toBe("login");
  });

  it.each([
    { host: "0.0.0.0" },
    { host: "::" },
    { host: "192.168.1.5" },
    { host: "lab.example" },
    { publicUrl: new URL("https://lab.example") },
    { login: true },
  ])("does not open at all where nobody could log in: %o", (change) => {
    const refused = (() => {
      try {
        return choice(change);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(CairnError);
    expect(JSON.stringify(refused instanceof CairnError ? refused.failure : null)).toContain("cairn account invite");
  });

  it("stays open behind an address of this machine", () => {
    expect(choice({ publicUrl: new URL("http://localhost:8080") }).kind).toBe("open");
  });
});

describe("names of hosts", () => {
  it.each([
    ["localhost:4000", "localhost"],
    ["LOCALHOST", "localhost"],
    ["[::1]:80", "[::1]"],
    ["127.1", "127.0.0.1"],
    ["2130706433", "127.0.0.1"],
    ["a b", null],
    ["user@localhost", null],
    ["localhost/x", null],
    ["localhost\\@evil.example", null],
    ["", null],
  ])("%s is %s", (host, name) => {
    expect(hostnameOf(host)).toBe(name);
  });

  it("of this machine are few", () => {
    expect(["localhost", "127.0.0.1", "[::1]", "cairn.localhost"].filter((name) => !isLoopback(name))).toEqual([]);
    const strangers = ["127.0.0.1.evil.example", "localhost.evil.example", "evil-localhost", "0.0.0.0", "10.0.0.1"];
    expect(strangers.filter(isLoopback)).toEqual([]);
  });
});
