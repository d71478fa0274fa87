import { closeAccount, invite, listAccounts, reinvite, reopenAccount } from "../../app/people/accounts.ts";
import { readAudit } from "../../app/people/audit.ts";
import { isAuthor, isBlind, isDecided } from "../../app/people/blind.ts";
import { creditOfPeople } from "../../app/people/credit.ts";
import { issueToken, listTokens, revokeToken } from "../../app/people/tokens.ts";
import { listViews, removeView, saveView } from "../../app/people/views.ts";
import { type Order, pageOf } from "../../app/read/paging.ts";
import type { Context, Handlers } from "../handler.ts";

type PeopleId =
  | "listAccounts"
  | "invite"
  | "reinvite"
  | "closeAccount"
  | "reopenAccount"
  | "listTokens"
  | "issueToken"
  | "revokeToken"
  | "audit"
  | "people"
  | "listViews"
  | "saveView"
  | "removeView";

export const peopleHandlers: Handlers<PeopleId> = {
  listAccounts: async ({ query }, { live }) => {
    const wanted = query.q?.toLowerCase() ?? "";
    const accounts = (await listAccounts(live.session)).filter(({ name }) => name.toLowerCase().includes(wanted));
    return pageOf(accounts, byAge(false), query);
  },
  invite: ({ body }, { live, actor }) => invite(live.session, actor, body),
  reinvite: ({ params }, { live, actor }) => reinvite(live.session, actor, params.account),
  closeAccount: ({ params }, { live }) => closeAccount(live.session, params.account),
  reopenAccount: ({ params }, { live }) => reopenAccount(live.session, params.account),

  listTokens: async ({ query }, { live, actor }) => pageOf(await listTokens(live.session, actor), byAge(true), query),
  issueToken: ({ body }, { live, actor, token }) => issueToken(live.session, actor, body, token),
  revokeToken: async ({ params }, { live, actor }) => {
    await revokeToken(live.session, actor, params.token);
    return null;
  },

  audit: ({ query }, { live, actor }) => readAudit(live.session, query, hiddenFrom(live, actor.name)),
  people: async (_, { live }) => {
    const { landings, contributions } = live.session.loaded;
    const { report } = live.report();
    const isKnown = (contribution: string) => isDecided(report, contribution);
    return { people: [...creditOfPeople({ landings, contributions, isDecided: isKnown })], landings: landings.length };
  },

  listViews: async (_, { live }) => ({ views: [...(await listViews(live.session))] }),
  saveView: ({ body }, { live }) => saveView(live.session, body),
  removeView: async ({ params }, { live }) => {
    await removeView(live.session, params.view);
    return null;
  },
};

function byAge<T extends { readonly id: string; readonly createdAt: number }>(descending: boolean): Order<T> {
  return { name: "created", descending, key: (item) => item.createdAt, id: (item) => item.id };
}

/** Whom the log must not name: authors of what is decided blindly, to anybody but themselves. */
function hiddenFrom(live: Context["live"], reader: string) {
  const { session } = live;
  const { report } = live.report();
  const { contributions } = session.loaded;
  const hides = (id: string, by: readonly string[] | null, name: string) =>
    isBlind(session, report, id) && (by === null || isAuthor(by, name));
  return (contribution: string | null, name: string) => {
    if (isAuthor([reader], name)) return false;
    if (contribution === null) return contributions.some(({ id, by }) => hides(id, by, name));
    return hides(contribution, contributions.find(({ id }) => id === contribution)?.by ?? null, name);
  };
}
