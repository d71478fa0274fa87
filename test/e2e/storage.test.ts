import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { removeReadOnly } from "../../src/cache/artifacts.ts";
import { bucket, flipped, type S3Rig, startS3 } from "../rigs/s3.ts";
import { createRig, type Rig } from "./rig.ts";

/** The planted lab in two places, whose artifacts are in one bucket. */

let s3: S3Rig;
let here: Rig;
let there: Rig;
const saved = { ...process.env };
beforeAll(async () => {
  s3 = await startS3();
});
afterAll(() => s3.stop());
beforeEach(() => {
  here = createRig("planted");
  there = createRig("planted");
  s3.objects.clear();
  s3.requests.length = 0;
  s3.harm = () => null;
  process.env.AWS_ACCESS_KEY_ID = s3.credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = s3.credentials.secretAccessKey;
  process.env.CAIRN_ARTIFACTS_URL = `s3://${bucket}/planted?endpoint=${s3.endpoint}`;
});
afterEach(async () => {
  process.env = { ...saved };
  for (const { dir } of [here, there]) await removeReadOnly(dir);
});

/** The other place has the record, and no artifact. */
function carryRecord(): void {
  rmSync(join(there.dir, ".cairn"), { recursive: true, force: true });
  mkdirSync(join(there.dir, ".cairn"));
  for (const name of readdirSync(join(here.dir, ".cairn")).filter((name) => name.startsWith("cairn.db"))) {
    cpSync(join(here.dir, ".cairn", name), join(there.dir, ".cairn", name));
  }
}

const ran = z.looseObject({ database: z.array(z.string()), missing: z.array(z.unknown()) });
const keys = (folder: string) => [...s3.objects.keys()].filter((key) => key.startsWith(`planted/${folder}/`));

test("what one makes the other has, by the record alone", async () => {
  expect((await here.cairn("run", "--runs", "3")).err).toContain("✓");
  expect(keys("manifests").length).toBeGreaterThan(4);
  carryRecord();
  expect(ran.parse(await there.json("fsck"))).toMatchObject({ database: [], missing: [] });
  const before = keys("manifests").length;
  const { out, err } = await there.cairn("run", "--runs", "1");
  expect(out + err).not.toMatch(/failed|lost/);
  expect(keys("manifests").length).toBeGreaterThan(before);
  expect(s3.requests.some(({ operation, key }) => operation === "GetObject" && key.includes("blobs"))).toBe(true);
});

test("what is damaged there is said, and made again where it is needed", async () => {
  await here.cairn("run", "--runs", "2");
  carryRecord();
  for (const key of keys("blobs")) {
    const object = s3.objects.get(key);
    if (object !== undefined) object.bytes = flipped(object.bytes);
  }
  const fsck = await there.cairn("fsck");
  expect([fsck.code, fsck.out]).toEqual([5, expect.stringMatching(/is damaged there; it is made again/)]);
  const { out, err } = await there.cairn("run", "--runs", "1");
  expect(out + err).not.toMatch(/failed/);
  // Where it was made it still is.
  expect((await here.cairn("fsck")).out).toMatch(/damaged there were written anew from here.*nothing is damaged/s);
  expect((await there.cairn("fsck")).out).toContain("nothing is damaged");
});

test("a storage that cannot be used is said before anything is started", async () => {
  s3.harm = ({ operation }) =>
    operation === "PutObject" ? { kind: "refuse", status: 403, code: "AccessDenied" } : null;
  const denied = await here.cairn("run", "--runs", "1");
  expect([denied.code, denied.out + denied.err]).toEqual([
    7,
    expect.stringMatching(/does not allow this.*AccessDenied/s),
  ]);
  process.env.CAIRN_ARTIFACTS_URL = `s3://key:secret@${bucket}/planted`;
  const wrong = await here.cairn("run", "--runs", "1");
  expect([wrong.code, wrong.out + wrong.err]).toEqual([2, expect.stringContaining("credentials do not belong")]);
  expect(wrong.out + wrong.err).not.toContain("secret@");
  process.env.CAIRN_ARTIFACTS_CACHE = "much";
  expect((await here.cairn("status")).err).toContain("500MiB");
});

test("a token that expires in the middle of the work ends the queue, and is laid at no combination's door", async () => {
  let expired = false;
  s3.harm = ({ operation, key }) => {
    expired ||= operation === "PutObject" && key.includes("manifests");
    return expired ? { kind: "refuse", status: 400, code: "ExpiredToken" } : null;
  };
  const { code, err } = await here.cairn("run");
  expect([code, err]).toEqual([7, expect.stringMatching(/does not accept the credentials.*ExpiredToken/s)]);
  const seen = z.looseObject({ runs: z.array(z.object({ state: z.string() })) });
  expect(seen.parse(await here.json("report")).runs.filter(({ state }) => state === "failed")).toEqual([]);
  s3.harm = () => null;
  expect((await here.cairn("run", "baseline")).code).toBe(0);
});

test("a stage whose output cannot be stored has failed, is tried again, and nothing is recorded of it", async () => {
  let refusals = 0;
  s3.harm = ({ operation, key }) => {
    if (operation !== "PutObject" || !key.includes("manifests") || refusals === 2) return null;
    refusals += 1;
    return { kind: "refuse", status: 403, code: "QuotaExceeded" };
  };
  const { out, err } = await here.cairn("run", "--runs", "1");
  expect(out + err).toMatch(/is full/);
  expect((await here.cairn("run", "--runs", "1")).code).toBe(3);
  carryRecord();
  expect(ran.parse(await there.json("fsck"))).toMatchObject({ database: [], missing: [] });
});
