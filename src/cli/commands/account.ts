import { userInfo } from "node:os";
import type { Command } from "commander";
import { type Scope, scopes } from "../../api/operation.ts";
import type { Account } from "../../api/people.ts";
import type { Actor } from "../../app/actor.ts";
import { usage } from "../../app/errors.ts";
import {
  closeAccount,
  findAccount,
  hasAdmin,
  type Invited,
  invite,
  listAccounts,
  reinvite,
  reopenAccount,
} from "../../app/people/accounts.ts";
import { recordDeed } from "../../app/people/audit.ts";
import type { Session } from "../../app/session.ts";
import type { Register } from "../command.ts";
import { type Io, outJson, painter } from "../io.ts";
import { examples, positiveInteger, withSession } from "./shared.ts";

interface InviteOptions {
  agent?: boolean;
  answersTo?: string;
  scopes?: readonly Scope[];
  days: number;
  json?: boolean;
}

export const registerAccount: Register = (program, io) => {
  const account = program
    .command("account")
    .description("who may use the lab's server: invite people and agents, close and reopen their accounts")
    .exitOverride();
  registerInvite(program, account, io);
  const list = account.command("list").description("accounts, closed ones too").option("--json", "machine-readable");
  list.action(async (options: { json?: boolean }) => {
    await withSession(program, io, undefined, async (session) => {
      const accounts = await listAccounts(session);
      if (options.json === true) return outJson(io, { accounts });
      for (const line of linesOf(accounts, io)) io.out(line);
    });
  });
  const change = (name: string, about: string, act: (session: Session, id: string) => Promise<Account>, done: string) =>
    account
      .command(`${name} <name>`)
      .description(about)
      .option("--json", "machine-readable")
      .action(async (who: string, options: { json?: boolean }) => {
        await withSession(program, io, undefined, async (session) => {
          const changed = await act(session, (await findAccount(session, who)).id);
          await note(session, `${name}Account`, `cairn account ${name} ${changed.name}`);
          if (options.json === true) return outJson(io, changed);
          io.out(`${changed.name}'s account is ${done}.`);
        });
      });
  change(
    "close",
    "end an account, its sessions and its tokens; a person's agents lose theirs too",
    closeAccount,
    "closed",
  );
  change("reopen", "undo closing; it needs a new invitation", reopenAccount, "open; it needs a new invitation");
};

function registerInvite(program: Command, account: Command, io: Io): void {
  account
    .command("invite <name>")
    .description("let a person in (an invitation, good once), or an agent (a token); the secret is printed this once")
    .option("--agent", "a program, for which a person answers")
    .option("--answers-to <name>", "of an agent: the person, by name or id")
    .option("--scopes <list>", `of ${scopes.join(", ")} (default: read,propose; the first account's: all)`, parseScopes)
    .option("--days <n>", "how long the invitation, or the agent's token, is good", positiveInteger("days"), 7)
    .option("--json", "machine-readable")
    .addHelpText(
      "after",
      examples(
        "cairn account invite lin --scopes read,propose,decide,admin",
        "cairn account invite nightly-sweeps --agent --answers-to lin --days 90",
      ),
    )
    .action(async (name: string, options: InviteOptions) => {
      await withSession(program, io, undefined, async (session) => {
        const invited = await inviteFromHere(session, name, options);
        await note(session, "invite", `cairn account invite ${invited.account.name}`);
        if (options.json === true) return outJson(io, invited);
        printInvited(io, invited);
      });
    });
  account
    .command("reinvite <name>")
    .description("a new invitation (or agent's token) in place of the ones before")
    .option("--json", "machine-readable")
    .action(async (who: string, options: { json?: boolean }) => {
      await withSession(program, io, undefined, async (session) => {
        const invited = await reinvite(session, personHere(), (await findAccount(session, who)).id);
        await note(session, "reinvite", `cairn account reinvite ${invited.account.name}`);
        if (options.json === true) return outJson(io, invited);
        printInvited(io, invited);
      });
    });
}

async function inviteFromHere(session: Session, name: string, options: InviteOptions): Promise<Invited> {
  const { agent = false, answersTo, days } = options;
  if (days > 365) throw usage("--days is at most 365", "Afterwards: cairn account reinvite NAME.");
  const person = answersTo === undefined ? null : await findAccount(session, answersTo);
  const usual: readonly Scope[] = (await hasAdmin(session)) ? ["read", "propose"] : scopes;
  return invite(session, personHere(), {
    name,
    kind: agent ? "agent" : "person",
    answersTo: person?.id ?? null,
    scopes: options.scopes ?? usual,
    days,
  });
}

/** Whoever can write to the lab's files may do everything. */
function personHere(): Actor {
  return { account: null, name: userInfo().username, scopes };
}

/** What is done here stands in the audit log beside what is done through the server. */
async function note(session: Session, operation: string, subject: string): Promise<void> {
  await recordDeed(session, { account: null, name: personHere().name, operation, subject, status: 200 });
}

function printInvited(io: Io, { account, token, secret }: Invited): void {
  const paint = painter(io);
  const until = new Date(token.expiresAt).toISOString().slice(0, 10);
  io.out(`${paint("green", "+")} ${account.name} may ${account.scopes.join(", ")}`);
  io.out(`  ${paint("bold", secret)}`);
  const use =
    account.kind === "person"
      ? `Good once, until ${until}: ${account.name} opens the server's address and enters it.`
      : `Good until ${until}: the agent sends it as \`Authorization: Bearer …\`.`;
  io.out(`  ${use} It is not shown again.`);
}

function linesOf(accounts: readonly Account[], io: Io): readonly string[] {
  if (accounts.length === 0)
    return ["No accounts: the server is open to whoever sits at this machine, and to no other."];
  const paint = painter(io);
  const width = Math.max(...accounts.map(({ name }) => name.length));
  return accounts.map(({ id, name, kind, answersTo, scopes: held, closedAt }) => {
    const person = accounts.find((other) => other.id === answersTo)?.name ?? "nobody";
    const about = [
      kind === "agent" ? `agent, ${person} answers for it` : kind,
      held.join(", "),
      ...(closedAt === null ? [] : [`closed ${new Date(closedAt).toISOString().slice(0, 10)}`]),
    ];
    return `${name.padEnd(width)}  ${about.join(" · ")}  ${paint("dim", id)}`;
  });
}

function parseScopes(text: string): readonly Scope[] {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.filter((name) => !scopes.some((scope) => scope === name));
  if (wrong.length === 0) return scopes.filter((scope) => names.includes(scope));
  throw usage(`there is no scope ${JSON.stringify(wrong[0])}`, `Scopes: ${scopes.join(", ")}.`);
}
