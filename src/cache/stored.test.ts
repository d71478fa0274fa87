import { existsSync, mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { artifactsContract, damageFile, type Files, writeTree } from "../../test/contracts/artifacts.ts";
import { bucket, flipped, type Harm, pageSize, type S3Rig, startS3 } from "../../test/rigs/s3.ts";
import { type Digest, sha256 } from "../base/digest.ts";
import { type ArtifactStore, createArtifacts, removeReadOnly } from "./artifacts.ts";
import { createArtifactBucket } from "./storage/artifact-bucket.ts";
import { mebibyte, partSize } from "./storage/blobs.ts";
import { StorageError } from "./storage/error.ts";
import { type Location, parseLocation } from "./storage/location.ts";
import { openS3 } from "./storage/s3.ts";
import { createStoredArtifacts } from "./stored.ts";

let s3: S3Rig;
const saved = { ...process.env };
beforeAll(async () => {
  s3 = await startS3();
  process.env.AWS_ACCESS_KEY_ID = s3.credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = s3.credentials.secretAccessKey;
});
afterAll(async () => {
  process.env = saved;
  await s3.stop();
});

function location(change: Partial<Location> = {}): Location {
  return { bucket, prefix: "lab/", endpoint: s3.endpoint, region: "eu-test-1", ...change };
}

interface Change extends Partial<Location> {
  readonly bound?: number;
  readonly used?: ReadonlySet<Digest>;
  readonly patience?: number;
}

let now = 0;
function storeIn(root: string, { bound, used, patience = 3_000, ...place }: Change = {}): ArtifactStore {
  const storage = createArtifactBucket(openS3(location(place), { patience, region: null }));
  return createStoredArtifacts({
    root,
    local: createArtifacts(root),
    storage,
    patient: storage,
    bound: bound ?? null,
    inUse: async () => used ?? new Set(),
    clock: () => Date.now() + now,
  });
}

function reset(): void {
  s3.objects.clear();
  s3.uploads.clear();
  s3.requests.length = 0;
  s3.harm = () => null;
  s3.skew = 0;
  now = 0;
}

const blobKey = (text: string) => `lab/blobs/${sha256(text).slice(0, 2)}/${sha256(text)}`;

let contractRoot = "";
artifactsContract({
  name: "s3",
  begin: async (root) => {
    contractRoot = root;
    reset();
  },
  open: () => storeIn(join(contractRoot, "store")),
  harm: async (digest, harm) => {
    harm(createArtifacts(join(contractRoot, "store")).pathOf(digest));
    const blob = s3.objects.get(blobKey("1"));
    if (blob !== undefined) blob.bytes = flipped(blob.bytes);
  },
  trees: 12,
});

describe("artifacts on S3", () => {
  let root = "";
  let count = 0;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "cairn-stored-"));
    reset();
  });
  afterEach(() => removeReadOnly(root));

  const directory = (files: Files) => writeTree(join(root, `out-${count++}`), files);
  const here = (change: Change = {}) => storeIn(join(root, "here"), change);
  const there = (change: Change = {}) => storeIn(join(root, "there"), change);
  const publish = async (files: Files, store = here()): Promise<Digest> => {
    const digest = await store.publish(directory(files));
    if (!digest.ok) throw new Error(JSON.stringify(digest.error));
    return digest.value;
  };
  const asked = (operation: string) => s3.requests.filter((request) => request.operation === operation);
  /** Does harm to the first requests of an operation. */
  const harmFirst = (operation: string, times: number, harm: Harm, key = "") => {
    let left = times;
    s3.harm = (request) => (request.operation === operation && request.key.includes(key) && left-- > 0 ? harm : null);
  };
  const read = async (digest: Digest, file: string, store = there()) => {
    const path = await store.open(digest);
    return path === null ? null : readFileSync(join(path, file), "utf8");
  };

  it("are there for another machine, and sent once", async () => {
    const digest = await publish({ a: "1", b: "2", "c/same": "1" });
    expect(asked("PutObject").map(({ key }) => key.split("/")[1])).toEqual(["blobs", "blobs", "manifests"]);
    expect(await read(digest, "c/same")).toBe("1");
    await publish({ a: "1", b: "2", d: "3" });
    expect(
      asked("PutObject")
        .map(({ bytes }) => bytes)
        .filter((bytes) => bytes === 1),
    ).toHaveLength(3);
    expect(s3.requests.every(({ signed }) => signed)).toBe(true);
  });

  it("are sent whole before their digest is told, and not at all when they cannot be", async () => {
    harmFirst("PutObject", 99, { kind: "refuse", status: 403, code: "AccessDenied" }, "manifests");
    await expect(publish({ a: "1" })).rejects.toMatchObject({ problem: "denied" });
    s3.harm = () => null;
    expect(await there().has(sha256("a"))).toBe(false);
    const digest = await publish({ a: "1" });
    expect(await read(digest, "a")).toBe("1");
  });

  it.each([
    ["SlowDown", "PutObject", { kind: "refuse", status: 503, code: "SlowDown" }],
    ["a cut connection", "PutObject", { kind: "cut" }],
    ["a lost answer", "PutObject", { kind: "lose-answer" }],
    ["bytes changed on the way there", "PutObject", { kind: "corrupt-request" }],
    ["a list that breaks off", "ListObjectsV2", { kind: "cut-answer", after: 20 }],
    ["an error of the server", "HeadObject", { kind: "refuse", status: 500, code: "InternalError" }],
  ] satisfies [string, string, Harm][])("get there in spite of %s", async (_, operation, harm) => {
    harmFirst(operation, 2, harm);
    expect(await read(await publish({ a: "1", b: "2" }), "a")).toBe("1");
    expect(await read(await publish({ a: "1", b: "3" }), "b")).toBe("3");
  });

  it("come back in spite of connections that are cut half-way, and of bytes changed on the way", async () => {
    const text = "0123456789".repeat(20_000);
    const digest = await publish({ a: text });
    harmFirst("GetObject", 99, { kind: "cut-answer", after: 50_000 }, "blobs");
    const reads = async (name: string) => (await read(digest, "a", storeIn(join(root, name)))) === text;
    expect(await reads("second")).toBe(true);
    expect(asked("GetObject").length).toBeGreaterThan(4);
    harmFirst("GetObject", 1, { kind: "corrupt-answer" }, "blobs");
    expect(await reads("third")).toBe(true);
    harmFirst("GetObject", 1, { kind: "corrupt-answer" }, "manifests");
    expect(await reads("fourth")).toBe(true);
    expect([...s3.objects.keys()].filter((key) => key.includes("damaged"))).toEqual([]);
  });

  it("large ones go in parts, each held to its digest and sent again when it fails", async () => {
    const large = Buffer.alloc(33 * mebibyte, "large and the same ");
    const source = directory({});
    writeFileSync(join(source, "large"), large);
    const failed = new Set<number>();
    s3.harm = ({ operation }) => {
      if (operation !== "UploadPart" || failed.size >= 3) return null;
      failed.add(failed.size);
      return failed.size === 1 ? { kind: "corrupt-request" } : { kind: "refuse", status: 503, code: "SlowDown" };
    };
    const digest = await here().publish(source);
    if (!digest.ok) throw new Error("not published");
    expect(asked("UploadPart")).toHaveLength(6);
    expect(s3.uploads.size).toBe(0);
    const path = await there().open(digest.value);
    expect(readFileSync(join(path ?? "", "large")).equals(large)).toBe(true);
  });

  it("an upload that is cut off leaves nothing that counts", async () => {
    const source = directory({});
    writeFileSync(join(source, "large"), Buffer.alloc(partSize + 1));
    harmFirst("UploadPart", 99, { kind: "refuse", status: 403, code: "AccessDenied" });
    await expect(here().publish(source)).rejects.toBeInstanceOf(StorageError);
    expect([s3.objects.size, s3.uploads.size]).toEqual([0, 0]);
    const lost = directory({});
    writeFileSync(join(lost, "large"), Buffer.alloc(partSize + 1));
    harmFirst("CompleteMultipartUpload", 1, { kind: "lose-answer" });
    const digest = await here().publish(lost);
    expect(digest.ok && (await there().has(digest.value))).toBe(true);
  });

  it("are fetched once by many at once, and kept at hand", async () => {
    const digest = await publish({ a: "1" });
    s3.requests.length = 0;
    const store = there();
    const paths = await Promise.all(Array.from({ length: 5 }, () => store.open(digest)));
    expect(new Set(paths).size).toBe(1);
    expect(asked("GetObject").map(({ key }) => key.split("/")[1])).toEqual(["manifests", "blobs"]);
    expect(readdirSync(join(root, "there/fetching"))).toEqual([]);
    await s3HarmedBy({ kind: "cut" }, async () => expect(await read(digest, "a", store)).toBe("1"));
  });

  it("are absent when something of them is gone or damaged there, until somebody has it again", async () => {
    for (const harm of [
      () => s3.objects.delete(blobKey("1")),
      () => s3.objects.set(blobKey("1"), { bytes: Buffer.from("x"), changedAt: Date.now() }),
      () => s3.objects.set(blobKey("1"), { bytes: Buffer.from("longer"), changedAt: Date.now() }),
      () => s3.objects.set(blobKey("1"), { bytes: Buffer.alloc(0), changedAt: Date.now() }),
    ]) {
      const digest = await publish({ a: "1", b: "2" });
      harm();
      expect(await read(digest, "a", storeIn(join(root, `new-${count}`)))).toBeNull();
      expect(s3.objects.has(`lab/damaged/${sha256("1")}`)).toBe(true);
      await publish({ a: "1", b: "2" });
      expect(s3.objects.has(`lab/damaged/${sha256("1")}`)).toBe(false);
      expect(await read(digest, "a", storeIn(join(root, `old-${count}`)))).toBe("1");
    }
    const digest = await publish({ a: "1" });
    const key = `lab/manifests/${digest.slice(0, 2)}/${digest}`;
    s3.objects.set(key, { bytes: Buffer.from("{}"), changedAt: Date.now() });
    expect(await there().open(digest)).toBeNull();
    await publish({ a: "1" });
    expect(await read(digest, "a")).toBe("1");
  });

  describe("say clearly", () => {
    const failure = async (change: Change = {}) => {
      const error = await publish({ a: "1" }, storeIn(join(root, "here"), { patience: 300, ...change })).catch(
        (e) => e,
      );
      if (!(error instanceof StorageError)) throw error;
      return error;
    };

    it.each([
      ["no-bucket", { bucket: "another" }, /no such bucket/],
      ["unreachable", { endpoint: "http://127.0.0.1:9" }, /does not answer/],
    ] as const)("%s", async (problem, change, words) => {
      const error = await failure(change);
      expect(error).toMatchObject({ problem, syscall: expect.any(String), message: expect.stringMatching(words) });
    });

    it.each([
      ["credentials", 403, "InvalidAccessKeyId"],
      ["credentials", 400, "ExpiredToken"],
      ["denied", 403, "AccessDenied"],
      ["quota", 403, "QuotaExceeded"],
      ["quota", 507, "XMinioStorageFull"],
      ["busy", 503, "SlowDown"],
      ["unusable", 418, "Teapot"],
    ] as const)("%s, when it is %i %s", async (problem, status, code) => {
      s3.harm = ({ operation }) => (operation === "PutObject" ? { kind: "refuse", status, code } : null);
      const error = await failure();
      expect(error).toMatchObject({ problem });
      expect(error.message).toContain(code);
      expect(error.message).not.toContain(s3.credentials.secretAccessKey);
      // Nothing is lost: what was made is here, and goes there when it can.
      s3.harm = () => null;
      expect((await here().fsck()).storage).toMatchObject({ added: 1 });
    });

    it("that the SDK is not installed, and how it is", async () => {
      vi.doMock("@aws-sdk/client-s3", () => {
        throw new Error("Cannot find package");
      });
      const error = await failure().finally(() => vi.doUnmock("@aws-sdk/client-s3"));
      expect(error.message).toContain("npm install @aws-sdk/client-s3");
    });

    it("credentials that are wrong; a clock that is wrong is set right", async () => {
      process.env.AWS_SECRET_ACCESS_KEY = "wrong";
      expect(await failure()).toMatchObject({ problem: "credentials" });
      process.env.AWS_SECRET_ACCESS_KEY = s3.credentials.secretAccessKey;
      s3.skew = 3_600_000;
      expect(await read(await publish({ a: "1" }), "a")).toBe("1");
    });
  });

  describe("fsck", () => {
    it("reads everything there, says what is wrong, and mends it from here", async () => {
      const store = here();
      const [good, bad, lost] = [
        await publish({ a: "good" }, store),
        await publish({ a: "bad", b: "good" }, store),
        await publish({ a: "lost" }, store),
      ];
      s3.objects.set(blobKey("bad"), { bytes: Buffer.from("bag"), changedAt: Date.now() });
      s3.objects.delete(blobKey("lost"));
      const report = await there().fsck();
      expect(report.storage).toMatchObject({ checked: 3, mended: 0, added: 0 });
      expect(new Map(report.storage?.damaged.map(({ digest, problem }) => [digest, problem]))).toEqual(
        new Map([
          [bad, "a is damaged"],
          [lost, "a is missing"],
        ]),
      );
      expect(await there().open(good)).not.toBeNull();
      expect((await store.fsck()).storage).toMatchObject({ damaged: [], mended: 2 });
      expect((await there().fsck()).storage).toMatchObject({ damaged: [], mended: 0 });
    });

    it("sees all of a list that comes in pages", async () => {
      const texts = Array.from({ length: 2 * pageSize + 1 }, (_, i) => String(i));
      for (const text of texts) await publish({ a: text });
      expect((await there().fsck()).storage).toMatchObject({ checked: texts.length, damaged: [] });
    });

    it("brings there what was made before there was a bucket", async () => {
      const local = createArtifacts(join(root, "here"));
      const digest = await local.publish(directory({ a: "early" }));
      expect((await here().fsck()).storage).toMatchObject({ checked: 0, added: 1 });
      expect(digest.ok && (await read(digest.value, "a"))).toBe("early");
    });
  });

  describe("gc", () => {
    const day = 86_400_000;
    const needs = (keep: Digest[], known: Digest[] = keep) => ({ keep: new Set(keep), known: new Set(known) });

    it("removes blobs that nothing names and uploads that nobody goes on with, a day later", async () => {
      const [kept, gone] = [await publish({ a: "kept", b: "both" }), await publish({ a: "gone", b: "both" })];
      const source = directory({});
      writeFileSync(join(source, "large"), Buffer.alloc(partSize + 1));
      s3.harm = ({ operation }) =>
        /UploadPart|Abort/.test(operation) ? { kind: "refuse", status: 403, code: "No" } : null;
      await expect(here().publish(source)).rejects.toThrow();
      s3.harm = () => null;
      expect(s3.uploads.size).toBe(1);
      const first = await there().gc(needs([kept], [kept, gone]), Date.now() + 60_000);
      expect(first).toMatchObject({ removed: [gone], bytes: 0 });
      expect([s3.objects.has(blobKey("gone")), s3.uploads.size]).toEqual([true, 1]);
      now = 2 * day;
      await here().gc(needs([kept], [kept, gone]), Date.now() + 60_000);
      expect([s3.objects.has(blobKey("gone")), s3.uploads.size]).toEqual([false, 0]);
      expect([s3.objects.has(blobKey("both")), s3.objects.has(blobKey("kept"))]).toEqual([true, true]);
    });

    it("leaves what became young since it was listed", async () => {
      const digest = await publish({ a: "1" });
      for (const object of s3.objects.values()) object.changedAt -= 3 * day;
      s3.harm = ({ operation, key }) => {
        const object = s3.objects.get(key);
        if (operation === "HeadObject" && object !== undefined) object.changedAt = Date.now();
        return null;
      };
      await there().gc(needs([], [digest]), Date.now() - day);
      expect(await read(digest, "a")).toBe("1");
    });

    it("leaves what another record made", async () => {
      const digest = await publish({ a: "theirs" });
      now = 9 * day;
      await there().gc(needs([]), Date.now() + now);
      expect(await read(digest, "a")).toBe("theirs");
    });

    it("does not take what somebody has come to rely on: it is made young, and not sent again", async () => {
      await publish({ a: "1", b: "2" });
      for (const object of s3.objects.values()) object.changedAt -= 3 * day;
      s3.requests.length = 0;
      const digest = await publish({ a: "1", b: "2", c: "3" }, there());
      expect(asked("PutObject").filter(({ key }) => key.includes("blobs"))).toHaveLength(1);
      expect(s3.objects.get(blobKey("1"))?.changedAt).toBeGreaterThan(Date.now() - day);
      await publish({ a: "1", b: "2" });
      await here().gc(needs([digest]), Date.now() - day);
      expect(await read(digest, "b", storeIn(join(root, "third")))).toBe("2");
    });
  });

  describe("the local directory", () => {
    const kib = (text: string) => text.repeat(1024);
    const age = (digest: Digest, seconds: number) => {
      const at = Date.now() / 1000 - seconds;
      utimesSync(createArtifacts(join(root, "here")).pathOf(digest), at, at);
    };
    const isHere = (digest: Digest) => existsSync(createArtifacts(join(root, "here")).pathOf(digest));

    it("is kept within its bound: the longest unused goes, not what is in use, was used just now or is nowhere else", async () => {
      const digests: Digest[] = [];
      for (const text of ["a", "b", "c", "d"]) digests.push(await publish({ f: kib(text) }));
      const only = await createArtifacts(join(root, "here")).publish(directory({ f: kib("e") }));
      if (!only.ok) throw new Error("not published");
      const [a, b, c, d] = digests;
      if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error("four");
      for (const [digest, seconds] of [
        [only.value, 9_000],
        [a, 8_000],
        [b, 7_000],
        [c, 6_000],
        [d, 5],
      ] as const)
        age(digest, seconds);
      const e = await publish({ f: kib("f") }, here({ bound: 5 * 1024, used: new Set([a]) }));
      expect([only.value, a, b, c, d, e].map(isHere)).toEqual([true, true, false, true, true, true]);
      const f = await publish({ f: kib("g") }, here({ bound: 1024, used: new Set([a]) }));
      expect([only.value, a, c, d, e, f].map(isHere)).toEqual([true, true, false, true, true, true]);
      expect(await read(b, "f", here())).toBe(kib("b"));
    });

    it("that cannot be made smaller now fails nothing", async () => {
      age(await publish({ f: kib("a") }), 9_000);
      let written = false;
      s3.harm = ({ operation, key }) => {
        if (operation === "PutObject" && key.includes("manifests")) written = true;
        return written && operation === "GetObject" ? { kind: "refuse", status: 403, code: "AccessDenied" } : null;
      };
      await publish({ f: kib("b") }, here({ bound: 1024 }));
      expect(written).toBe(true);
    });

    it("is not believed when it is damaged: what is in the bucket is", async () => {
      const digest = await publish({ a: "1" });
      damageFile(join(root, "here/artifacts", digest.slice(0, 2), digest, "a"));
      expect(await read(digest, "a", here())).toBe("1");
      expect(readdirSync(join(root, "here/quarantine"))).toHaveLength(1);
    });
  });

  async function s3HarmedBy(harm: Harm, work: () => Promise<void>): Promise<void> {
    s3.harm = () => harm;
    await work();
    s3.harm = () => null;
  }
});

describe("the address of the storage", () => {
  it("says bucket, prefix, endpoint and region", () => {
    expect(parseLocation("s3://models/team/lab?endpoint=http://minio:9000/&region=eu-1")).toEqual({
      ok: true,
      value: { bucket: "models", prefix: "team/lab/", endpoint: "http://minio:9000", region: "eu-1" },
    });
    expect(parseLocation("s3://models")).toEqual({
      ok: true,
      value: { bucket: "models", prefix: "", endpoint: null, region: null },
    });
  });

  it.each([
    ["s3://AKIA:secret@models/x", /credentials do not belong/],
    ["s3://models/x?endpoint=http://user:secret@host", /credentials do not belong/],
    ["s3://models/x?secretAccessKey=secret", /endpoint and region, nothing else/],
    ["s3://models/../x?endpoint=ftp://host", /http:\/\/HOST/],
    ["https://models/secret", /s3:\/\/BUCKET/],
    ["s3://Models_1", /no name of a bucket/],
    ["", /s3:\/\/BUCKET/],
  ])("%s is refused, and what may be secret is not repeated", (text, words) => {
    const parsed = parseLocation(text);
    expect(parsed).toMatchObject({ ok: false, error: expect.stringMatching(words) });
    expect(JSON.stringify(parsed)).not.toMatch(/"[^"]*secret@|=secret|\/secret/);
  });
});
