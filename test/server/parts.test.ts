import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { encoded, encodingFor } from "../../src/server/encoding.ts";
import { downloadHeaders } from "../../src/server/headers.ts";
import { createLimiter } from "../../src/server/limits.ts";
import { createLog } from "../../src/server/log.ts";
import { createMetrics } from "../../src/server/metrics.ts";

describe("a limiter", () => {
  it("gives a burst, then as many as the rate fills, to each by itself", () => {
    let now = 0;
    const clock: Clock = { now: () => now, monotonic: () => now };
    const limiter = createLimiter({ burst: 3, perSecond: 0.5 }, clock);
    expect([1, 2, 3, 4].map(() => limiter.take("a"))).toEqual([0, 0, 0, 2]);
    expect(limiter.take("b")).toBe(0);
    now += 2000;
    expect([limiter.take("a"), limiter.take("a")]).toEqual([0, 2]);
    now += 3_600_000;
    expect([1, 2, 3, 4].map(() => limiter.take("a"))).toEqual([0, 0, 0, 2]);
  });

  it("never lets more through than the burst and the rate", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 200 }), (pauses) => {
        let now = 0;
        const limiter = createLimiter({ burst: 5, perSecond: 2 }, { now: () => now, monotonic: () => now });
        const passed = pauses.filter((pause) => {
          now += pause;
          return limiter.take("x") === 0;
        });
        expect(passed.length).toBeLessThanOrEqual(5 + (now / 1000) * 2 + 1e-9);
      }),
      { numRuns: 200 },
    );
  });
});

describe("encodings", () => {
  it.each([
    [null, "identity"],
    ["gzip, deflate, br", "br"],
    ["gzip;q=1.0, br;q=0", "gzip"],
    ["identity", "identity"],
    ["GZIP", "gzip"],
  ])("of %s: %s", (accepted, encoding) => {
    expect(encodingFor(accepted)).toBe(encoding);
  });

  it("shrink what repeats", async () => {
    const bytes = Buffer.from("cairn ".repeat(1000));
    for (const encoding of ["gzip", "br"] as const) {
      expect((await encoded(bytes, encoding, "quick")).byteLength).toBeLessThan(200);
    }
  });
});

describe("a download", () => {
  it("has a name that ends no header and leads nowhere", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
        (path) => {
          const { "content-disposition": disposition } = downloadHeaders(path);
          expect(disposition).toMatch(/^attachment; filename="[\w.-]*"; filename\*=UTF-8''[\w.~!%*()-]*$/);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("the log", () => {
  it("for people keeps each entry on its line, and turns no writing around", () => {
    const lines: string[] = [];
    const log = createLog("lines", (line) => lines.push(line));
    log.info({ path: "a\nb\u001b[31m\u202egnp" }, "first\r\nsecond");
    log.debug({}, "a read");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d {2}first\\u000d\\u000asecond {2}path=a\\u000ab\\u001b\[31m\\u202egnp\n$/);
  });

  it("for programs is JSON, reads too, and an error with its stack", () => {
    const lines: string[] = [];
    const log = createLog("json", (line) => lines.push(line));
    log.debug({ operation: "lab" }, "/lab");
    log.error({ err: new Error("broken") }, "failed");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ operation: "lab", msg: "/lab" });
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({
      err: { message: "broken", stack: expect.stringContaining("parts.test") },
    });
  });
});

describe("metrics", () => {
  it("are counted by operation and status, with the times in rising buckets", () => {
    const metrics = createMetrics();
    metrics.observe("lab", 200, 0.004);
    metrics.observe("lab", 200, 0.3);
    metrics.observe("lab", 404, 20);
    const text = metrics.text([{ name: "x", help: "An x.", values: [{ labels: { y: 'a"b\n' }, value: 3 }] }]);
    expect(text).toContain('cairn_requests_total{operation="lab",status="200"} 2');
    expect(text).toContain('cairn_requests_total{operation="lab",status="404"} 1');
    expect(text).toContain('cairn_request_seconds_bucket{operation="lab",le="0.005"} 1');
    expect(text).toContain('cairn_request_seconds_bucket{operation="lab",le="0.5"} 2');
    expect(text).toContain('cairn_request_seconds_bucket{operation="lab",le="10"} 2');
    expect(text).toContain('cairn_request_seconds_bucket{operation="lab",le="+Inf"} 3');
    expect(text).toContain('x{y="a\\"b\\n"} 3');
  });
});
