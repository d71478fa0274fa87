import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatOf } from "./format.ts";

const en = formatOf("en");
const zh = formatOf("zh");
const at = Date.UTC(2026, 10, 22, 12, 0);

describe("numbers", () => {
  it("are written to the digits that their interval supports", () => {
    const gain = { mean: 0.1393, low: 0.0512, high: 0.2249 };
    expect(en.difference(gain)).toBe("+0.14 (+0.05 to +0.22)");
    expect(en.difference(gain, "bits/byte")).toBe("+0.14 bits/byte (+0.05 to +0.22)");
    expect(en.estimate({ mean: 2.21421, low: 2.20813, high: 2.22098 }, null)).toBe("2.214 (2.208 to 2.221)");
    expect(en.mean(gain)).toBe("+0.14");
    expect(zh.difference(gain, "分")).toBe("+0.14 分 (+0.05 至 +0.22)");
  });

  it("of diverged runs are said plainly", () => {
    expect([en.number("NaN"), en.number("Infinity"), en.number("-Infinity")]).toEqual(["NaN", "∞", "−∞"]);
  });

  it("that are shares are percentages", () => {
    expect([en.relative(0.081), en.relative(-0.22), en.probability(0.98)]).toEqual(["+8.1%", "−22%", "98%"]);
  });
});

describe("times", () => {
  it("are written in two units at most", () => {
    const shown = [0.3, 48, 59.6, 200, 3599.7, 3600, 7500, 90_000, 86_400 * 3 + 4 * 3600].map(en.duration);
    expect(shown).toEqual(["0.3 s", "48 s", "1 min", "3 min 20 s", "1 h", "1 h", "2 h 5 min", "1 d 1 h", "3 d 4 h"]);
    expect(zh.duration(7500)).toBe("2 小时 5 分");
  });

  it("never show a second unit that is full", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e8, noNaN: true }), (seconds) => {
        expect(en.duration(seconds)).not.toMatch(/\b60 (?:s|min)\b|\b24 h\b/);
      }),
    );
  });

  it("of machines name the machine", () => {
    expect([en.deviceTime(40), en.deviceTime(60 * 12), en.deviceTime(3600 * 3.4)]).toEqual([
      "40 core-seconds",
      "12 core-minutes",
      "3.4 core-hours",
    ]);
    expect([en.deviceTime(1), en.deviceTime(7200, "gpu"), zh.deviceTime(720)]).toEqual([
      "1 core-second",
      "2 GPU-hours",
      "12 核分钟",
    ]);
  });

  it("gone by are told from now", () => {
    expect([en.ago(at - 180_000, at), en.ago(at - 2 * 86_400_000, at), en.ago(at - 400, at)]).toEqual([
      "3 minutes ago",
      "2 days ago",
      "now",
    ]);
    expect(zh.ago(at - 180_000, at)).toBe("3分钟前");
  });
});

describe("other amounts", () => {
  it("are sizes and lists", () => {
    expect([en.bytes(0), en.bytes(999), en.bytes(1_400_000), en.bytes(99_960_000)]).toEqual([
      "0 B",
      "999 B",
      "1.4 MB",
      "100 MB",
    ]);
    expect([en.list(["a", "b", "c"]), zh.list(["甲", "乙"])]).toEqual(["a, b and c", "甲和乙"]);
  });
});
