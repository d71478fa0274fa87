import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decimalsOf,
  formatDeviceTime,
  formatDifference,
  formatDuration,
  formatEvidence,
  formatNumber,
  formatProbability,
  formatRelative,
  formatSigned,
  listing,
} from "./format.ts";

test("an uncertainty supports two digits below 3.55, else one", () => {
  expect([0.011, 0.035, 0.036, 0.096, 4, 120, 3000, 0].map(decimalsOf)).toEqual([3, 3, 2, 2, 0, -1, -2, null]);
});

test("numbers are grouped, signed with a minus, and never a negative zero", () => {
  expect(formatNumber(105216)).toBe("105,216");
  expect(formatNumber(-0.7142, 2)).toBe("−0.71");
  expect(formatNumber(-0.001, 2)).toBe("0.00");
  expect(formatSigned(0.04, 1)).toBe("0.0");
  expect(formatSigned(1234.5, -2)).toBe("+1,200");
  expect(formatNumber(0.01)).toBe("0.01");
  expect(formatNumber(124_439_808)).toBe("124.4\u00a0M");
  expect(formatNumber(3.2e-9, 10)).toBe("3.2×10⁻⁹");
  expect(formatNumber(Number.NEGATIVE_INFINITY)).toBe("−∞");
});

test("however narrow the interval, six digits are enough", () => {
  expect(formatNumber(115328.698, 3)).toBe("115,329");
  expect(formatSigned(16064, 3)).toBe("+16,064");
  expect(formatNumber(2.99, 8)).toBe("2.99");
  expect(formatNumber(0, 8)).toBe("0");
  expect(formatNumber(1_234_567, 0)).toBe("1,234,567");
});

test("an estimate shows what its interval supports", () => {
  expect(formatDifference({ mean: -0.7142, low: -0.7531, high: -0.6689 }, " bits/byte")).toBe(
    "−0.71 bits/byte (−0.75 to −0.67)",
  );
  expect(formatDifference({ mean: 28672, low: 28672, high: 28672 })).toBe("+28,672");
});

test("times, shares and evidence", () => {
  expect([0.25, 9.97, 48, 200, 3600, 7500, 273600].map(formatDuration)).toEqual([
    "0.3 s",
    "10 s",
    "48 s",
    "3 min 20 s",
    "1 h",
    "2 h 5 min",
    "3 d 4 h",
  ]);
  expect([1, 40, 720, 12240].map((it) => formatDeviceTime(it))).toEqual([
    "1 core-second",
    "40 core-seconds",
    "12 core-minutes",
    "3.4 core-hours",
  ]);
  expect([0, 0.0002, 0.5, 0.984, 0.9951, 0.99999, 1].map(formatProbability)).toEqual([
    "0%",
    "<0.1%",
    "50%",
    "98%",
    "99.5%",
    ">99.9%",
    "100%",
  ]);
  expect([0.0813, -0.22].map(formatRelative)).toEqual(["+8.1%", "−22%"]);
  expect([3.2, 41.3, 1309, 234567].map(formatEvidence)).toEqual(["3.2", "41", "1,309", "2.3×10⁵"]);
});

test("names are listed as in a sentence", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map((it) => listing(it))).toEqual(["", "a", "a and b", "a, b and c"]);
  expect(listing(["a", "b", "c", "d"], 3)).toBe("a, b and 2 more");
});

describe("properties", () => {
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  const parse = (text: string) => Number(text.replace("−", "-").replaceAll(",", ""));

  test("a written number is within half a unit of its last place", () => {
    fc.assert(
      fc.property(value, fc.integer({ min: -3, max: 6 }), (x, decimals) => {
        const most = x === 0 ? decimals : Math.max(0, 5 - Math.floor(Math.log10(Math.abs(x))));
        const unit = 10 ** -Math.min(decimals, most);
        expect(Math.abs(parse(formatNumber(x, decimals)) - x)).toBeLessThanOrEqual(0.5 * unit * (1 + 1e-6) + 1e-9);
      }),
    );
  });

  test("the sign is that of the number, or there is none because it rounds to zero", () => {
    fc.assert(
      fc.property(value, fc.integer({ min: -2, max: 4 }), (x, decimals) => {
        const text = formatSigned(x, decimals);
        if (/[1-9]/.test(text)) expect(text[0]).toBe(x > 0 ? "+" : "−");
        else expect(text).toMatch(/^[0.]+$/);
      }),
    );
  });
});
