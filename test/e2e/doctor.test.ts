import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { removeReadOnly } from "../../src/cache/artifacts.ts";
import { needs } from "../needs.ts";
import { type PostgresRig, startPostgres } from "../rigs/postgres.ts";
import { bucket, type Harm, type S3Rig, startS3 } from "../rigs/s3.ts";
import { createRig, type Rig } from "./rig.ts";

/** What `cairn doctor` says when something that Cairn stands on is not right, and that a run says the same. */

const findings = z.array(
  z.object({
    name: z.string(),
    state: z.enum(["ok", "warning", "problem"]),
    detail: z.string(),
    mend: z.string().nullable(),
    failure: z.enum(["invalid", "damaged", "unavailable", "usage"]).nullable(),
  }),
);

let lab: Rig;
const saved = { ...process.env };
beforeEach(() => {
  lab = createRig("planted");
  // Nobody's own storage.
  for (const name of ["CAIRN_ARTIFACTS_URL", "AWS_SESSION_TOKEN"]) delete process.env[name];
});
afterEach(async () => {
  process.env = { ...saved };
  await removeReadOnly(lab.dir);
});

async function examined(): Promise<{ readonly code: number; readonly found: z.infer<typeof findings> }> {
  const { code, out } = await lab.cairn("doctor", "--json");
  return { code, found: findings.parse(JSON.parse(out)) };
}

/** What is not right, with what would help, and what the command's exit code says of it. */
async function complaint(): Promise<readonly [number, string, string]> {
  const { code, found } = await examined();
  // Whatever else this machine is short of.
  const wrong = found.filter(({ state, name }) => state !== "ok" && name !== "disk" && name !== "git");
  for (const { mend } of wrong) expect(mend).not.toBe(null);
  return [
    code,
    wrong.map(({ name }) => name).join(" "),
    wrong.map(({ detail, mend }) => `${detail} ${mend}`).join(" "),
  ];
}

test("a lab on a sound machine has nothing wrong, and doctor makes nothing", async () => {
  const { code, found } = await examined();
  expect([code, found.filter(({ failure }) => failure !== null)]).toEqual([0, []]);
  expect(found.find(({ name }) => name === "storage")?.detail).toContain("CAIRN_ARTIFACTS_URL is not set");
  expect((await lab.cairn("db", "status")).out).toContain("nothing");
});

test("a lab file that is not right is the lab's, not the machine's", async () => {
  writeFileSync(join(lab.dir, "cairn.yaml"), "cairn: 1\nname: [");
  const [code, names] = await complaint();
  expect([code, names]).toEqual([1, "lab record"]);
});

describe("a storage", () => {
  let s3: S3Rig;
  beforeAll(async () => {
    s3 = await startS3();
  });
  afterAll(() => s3.stop());
  beforeEach(() => {
    s3.harm = () => null;
    s3.skew = 0;
    process.env.AWS_ACCESS_KEY_ID = s3.credentials.accessKeyId;
    process.env.AWS_SECRET_ACCESS_KEY = s3.credentials.secretAccessKey;
    process.env.CAIRN_ARTIFACTS_URL = `s3://${bucket}/planted?endpoint=${s3.endpoint}`;
  });
  const refusing = (operation: string, code: string): void => {
    const harm: Harm = { kind: "refuse", status: 403, code };
    s3.harm = (asked) => (asked.operation === operation ? harm : null);
  };

  test("that is right is proven: written, read and listed", async () => {
    const { code, found } = await examined();
    expect(code).toBe(0);
    expect(found.find(({ name }) => name === "storage")?.detail).toContain("can be written, read and listed");
    expect(new Set(s3.requests.map(({ operation }) => operation))).toContain("ListObjectsV2");
  });

  test.each([
    ["PutObject", "s3:PutObject"],
    ["GetObject", "s3:GetObject"],
    ["ListObjectsV2", "s3:ListBucket"],
  ])("that denies %s is found by doctor, and by a run before it starts anything", async (operation, right) => {
    refusing(operation, "AccessDenied");
    const [code, names, words] = await complaint();
    expect([code, names]).toEqual([7, "storage"]);
    expect(words).toContain(right);
    const run = await lab.cairn("run", "--runs", "1");
    expect([run.code, run.err]).toEqual([7, expect.stringContaining("does not allow this")]);
    expect((await lab.cairn("db", "status")).out).not.toMatch(/attempts +[1-9]/);
  });

  test("that does not know the key, or whose token has expired, asks for credentials", async () => {
    process.env.AWS_SECRET_ACCESS_KEY = "wrong";
    expect(await complaint()).toEqual([7, "storage", expect.stringMatching(/credentials.*AWS_SESSION_TOKEN/s)]);
    process.env.AWS_SECRET_ACCESS_KEY = s3.credentials.secretAccessKey;
    refusing("PutObject", "ExpiredToken");
    expect(await complaint()).toEqual([7, "storage", expect.stringMatching(/ExpiredToken.*Renew what has expired/s)]);
  });

  test("that is full, or has no such bucket", async () => {
    refusing("PutObject", "QuotaExceeded");
    expect(await complaint()).toEqual([7, "storage", expect.stringMatching(/is full.*cairn gc/s)]);
    refusing("PutObject", "NoSuchBucket");
    expect(await complaint()).toEqual([7, "storage", expect.stringMatching(/no such bucket.*CAIRN_ARTIFACTS_URL/s)]);
  });

  test("whose address is not right is the command line's", async () => {
    process.env.CAIRN_ARTIFACTS_URL = "s3://key:secret@bucket/x";
    const [code, names, words] = await complaint();
    expect([code, names]).toEqual([2, "storage"]);
    expect(words).not.toContain("secret@");
  });

  test("whose clock is another is told so, with no failure", async () => {
    s3.skew = 600_000;
    const [code, names, words] = await complaint();
    expect([code, names]).toEqual([0, "clock"]);
    expect(words).toMatch(/behind the storage's.*timedatectl/);
  });
});

describe("a record", () => {
  const file = () => join(lab.dir, ".cairn", "cairn.db");

  test("of a newer Cairn is refused by every command, and left as it is", async () => {
    await lab.cairn("status");
    const db = new DatabaseSync(file());
    db.exec("insert into migrations (number, name, applied_at) values (99, 'future', 0)");
    db.close();
    expect(await complaint()).toEqual([7, "record", expect.stringContaining("newer Cairn")]);
    const run = await lab.cairn("run", "--runs", "1");
    expect([run.code, run.err]).toEqual([7, expect.stringContaining("newer Cairn (version 99")]);
  });

  test("of an older Cairn is not brought up to date by looking at it", async () => {
    mkdirSync(join(lab.dir, ".cairn"), { recursive: true });
    await lab.cairn("status");
    const db = new DatabaseSync(file());
    const newest = db.prepare("select max(number) as n from migrations").get()?.n;
    db.exec(`delete from migrations where number = ${newest}`);
    const { code, found } = await examined();
    expect([code, found.find(({ name }) => name === "record")?.detail]).toEqual([
      0,
      expect.stringContaining(`which the next command brings to ${newest}`),
    ]);
    expect(db.prepare("select max(number) as n from migrations").get()?.n).toBe(Number(newest) - 1);
    db.close();
  });

  test("with dates from the future says that the clock is behind", async () => {
    expect((await lab.cairn("run", "baseline")).code).toBe(0);
    const db = new DatabaseSync(file());
    db.exec("update runs set created_at = created_at + 9000000");
    db.close();
    expect(await complaint()).toEqual([0, "clock", expect.stringMatching(/ h.* behind the newest run/)]);
  });

  const program = needs("postgres");
  describe.skipIf(program === null)("in PostgreSQL", () => {
    let rig: PostgresRig;
    beforeAll(async () => {
      rig = await startPostgres(program ?? "");
    });
    afterAll(() => rig.close());

    test("is reached, or it is said what is in the way, with the code of that", async () => {
      process.env.CAIRN_DATABASE_URL = rig.url;
      expect((await examined()).code).toBe(0);
      const url = new URL(rig.url);
      url.password = "wrong";
      process.env.CAIRN_DATABASE_URL = url.href;
      expect(await complaint()).toEqual([7, "record", expect.stringContaining("password")]);
      process.env.CAIRN_DATABASE_URL = "postgresql://cairn:x@127.0.0.1:9/none";
      expect(await complaint()).toEqual([7, "record", expect.stringContaining("cannot be reached")]);
      const run = await lab.cairn("run", "--runs", "1");
      expect([run.code, run.err]).toEqual([7, expect.stringContaining("cannot be reached")]);
    });

    test("whose user may make no schema", async () => {
      await rig.ask("create role guest login password 'guest'");
      const url = new URL(rig.url);
      url.username = "guest";
      url.password = "guest";
      process.env.CAIRN_DATABASE_URL = url.href;
      expect(await complaint()).toEqual([7, "record", expect.stringContaining("may not make a schema")]);
    });
  });
});
