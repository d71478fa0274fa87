import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { newContribution } from "../../../../src/api/contributions.ts";
import { emptyDraft, idFromTitle, requestOf } from "./draft.ts";
import { placeIssue } from "./issues.ts";
import { previewText } from "./preview-text.ts";
import { type Json, kindOf, readValue, shown } from "./values.ts";

const baseline = new Map<string, Json>([
  ["pretrain.position", "learned"],
  ["pretrain.steps", 200],
  ["pretrain.qk_norm", false],
  ["pretrain.betas", [0.9, 0.95]],
]);

describe("an id", () => {
  test.each([
    ["Rotary positions", "rotary-positions"],
    ["  Éntropy  à la carte: 2×! ", "entropy-a-la-carte-2"],
    ["旋转位置", ""],
    ["--x_y--", "x_y"],
  ])("of %j", (title, id) => {
    expect(idFromTitle(title)).toBe(id);
  });

  test("is empty or one that the server takes", () => {
    const { id } = newContribution.shape;
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (title) => {
        const made = idFromTitle(title);
        expect(made === "" || id.safeParse(made).success).toBe(true);
      }),
    );
  });
});

describe("values", () => {
  test("are read by the kind of the baseline's", () => {
    expect(readValue("number", "6e-4")).toEqual({ kind: "value", value: 6e-4 });
    expect(readValue("number", "six")).toEqual({ kind: "wrong", because: "number" });
    expect(readValue("number", " ")).toEqual({ kind: "wrong", because: "empty" });
    expect(readValue("boolean", "true")).toEqual({ kind: "value", value: true });
    expect(readValue("text", "true")).toEqual({ kind: "value", value: "true" });
    expect(readValue("json", "[1,")).toEqual({ kind: "wrong", because: "json" });
  });

  test("what is shown reads back as it was", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (any) => {
        const value = z.json().parse(any);
        const again = readValue(kindOf(value), shown(value));
        expect(JSON.stringify(again)).toBe(JSON.stringify({ kind: "value", value }));
      }),
    );
  });
});

describe("a draft", () => {
  const filled = {
    ...emptyDraft,
    title: "Rotary positions",
    area: "architecture",
    why: "Relative: yes # not a comment",
    set: [
      { key: "pretrain.position", text: "rotary" },
      { key: "pretrain.steps", text: "300" },
    ],
    patch: "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
    requires: ["muon"],
  };

  test("makes a request that the API takes, and the file that would be written", () => {
    const { request, faults } = requestOf(filled, baseline, new Set(["muon"]));
    expect(faults.size).toBe(0);
    expect(newContribution.parse(request)).toMatchObject({
      id: "rotary-positions",
      set: { "pretrain.position": "rotary", "pretrain.steps": 300 },
    });
    expect(parse(previewText(request, "lin"))).toEqual({
      title: "Rotary positions",
      by: ["lin"],
      area: "architecture",
      why: "Relative: yes # not a comment",
      set: { "pretrain.position": "rotary", "pretrain.steps": 300 },
      patch: "contributions/rotary-positions.patch",
      requires: ["muon"],
    });
  });

  test("says what is missing", () => {
    expect([...requestOf(emptyDraft, baseline, new Set()).faults.keys()]).toEqual(["title", "id", "area", "change"]);
    const wrong = { ...filled, set: [{ key: "pretrain.steps", text: "many" }] };
    expect([...requestOf(wrong, baseline, new Set(["rotary-positions"])).faults]).toEqual([
      ["set.pretrain.steps", "number"],
      ["id", "taken"],
    ]);
  });
});

describe("the server's objections", () => {
  const text = [
    "# a comment",
    "title: Rotary",
    "by:",
    "  - lin",
    "area: sft",
    "set:",
    "  pretrain.lr: 2",
    "  rl.kl: 0",
    "patch: contributions/rotary.patch",
  ].join("\n");
  const at = (place: string) => {
    const { field, line } = placeIssue({ at: place, message: "no", help: null }, "rotary", text);
    return { field, line };
  };

  test("come to their fields", () => {
    expect(at("id")).toEqual({ field: "id", line: null });
    expect(at("body.area")).toEqual({ field: "area", line: null });
    expect(at("requires.0")).toEqual({ field: "requires", line: null });
    expect(at("set.pretrain.position")).toEqual({ field: "set.pretrain.position", line: null });
    expect(at("contributions/other.yaml:1:1")).toEqual({ field: null, line: null });
  });

  test("come to the lines of the files", () => {
    expect(at("contributions/rotary.patch:12:1")).toEqual({ field: "patch", line: 12 });
    expect(at("contributions/rotary.yaml:4:5")).toEqual({ field: "by", line: null });
    expect(at("contributions/rotary.yaml:6:1")).toEqual({ field: "change", line: null });
    expect(at("contributions/rotary.yaml:8:3")).toEqual({ field: "set.rl.kl", line: null });
    expect(at("contributions/rotary.yaml:9:8")).toEqual({ field: "patch", line: null });
    expect(at("contributions/rotary.yaml:1:1")).toEqual({ field: null, line: null });
  });

  test("the preview has the lines of the file", () => {
    const written = previewText(requestOf({ ...emptyDraft, title: "A" }, baseline, new Set()).request, "lin");
    expect(written.split("\n").slice(0, 3)).toEqual([
      "# yaml-language-server: $schema=../.cairn/contribution.schema.json",
      "title: A",
      "by:",
    ]);
  });
});
