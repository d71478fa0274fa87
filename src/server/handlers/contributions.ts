import type { Comment } from "../../api/contributions.ts";
import { addComment, editComment, listComments, removeComment, restoreComment } from "../../app/people/comments.ts";
import { listContributions, readContribution } from "../../app/read/contributions.ts";
import { type Order, pageOf } from "../../app/read/paging.ts";
import { discussed, proposeThrough, restoreThrough, withdrawThrough } from "../../app/read/proposals.ts";
import type { Handlers } from "../handler.ts";

type ContributionId =
  | "listContributions"
  | "propose"
  | "contribution"
  | "withdraw"
  | "restore"
  | "listComments"
  | "comment"
  | "editComment"
  | "removeComment"
  | "restoreComment";

export const contributionHandlers: Handlers<ContributionId> = {
  listContributions: ({ query }, { live, actor }) => listContributions(live, actor, query),
  propose: ({ body }, { live, actor }) => proposeThrough(live, actor, body),
  contribution: ({ params }, { live, actor }) => readContribution(live, actor, params.contribution),
  withdraw: async ({ params }, { live, actor }) => {
    await withdrawThrough(live, actor, params.contribution);
    return null;
  },
  restore: ({ params }, { live, actor }) => restoreThrough(live, actor, params.contribution),

  listComments: async ({ params, query }, { live, actor }) => {
    const comments = await listComments(live.session, actor, discussed(live, params.contribution));
    return pageOf(comments, byAge, query);
  },
  comment: async ({ params, body }, { live, actor }) =>
    addComment(live.session, actor, discussed(live, params.contribution), body.text),
  editComment: async ({ params, body }, { live, actor }) =>
    editComment(live.session, actor, discussed(live, params.contribution), params.comment, body.text),
  removeComment: async ({ params }, { live, actor }) =>
    removeComment(live.session, actor, discussed(live, params.contribution), params.comment),
  restoreComment: async ({ params }, { live, actor }) =>
    restoreComment(live.session, actor, discussed(live, params.contribution), params.comment),
};

const byAge: Order<Comment> = {
  name: "created",
  descending: false,
  key: ({ createdAt }) => createdAt,
  id: ({ id }) => id,
};
