/** Endpoints of decisions and appeals: the user's own, also with the restricted token, and those of staff. */
import { z } from '@hono/zod-openapi';
import { Decision } from '@/domains/base/decisions/present';
import { staffError } from '@/domains/operations/staff/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf, cursorQuery } from '@/http/envelope';
import { appealDecision, listDecisions, listOwnAppeals } from './appeal';
import { appealError } from './errors';
import { resolveAppeal } from './resolve';
import { listAppeals } from './review';
import { Appeal, AppealAnswer, AppealInReview, AppealRequest, AppealsQuery, anId } from './schemas';

const tag = 'admin';
const own = { tag, who: 'user', restricted: true } as const;
const reviewers = { permission: 'canBanUsers' } as const;

export const appealEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listMyDecisions',
    ...own,
    method: 'get',
    path: '/decisions/my',
    summary: 'What staff decided about me',
    description: 'Newest first, with the rule, the reason, and until when you can appeal.',
    query: z.strictObject(cursorQuery),
    response: cursorPageOf(Decision),
    handler: (ctx, { actor, query }) => listDecisions(ctx, actor.userId, query),
  }),
  endpoint({
    operationId: 'appealDecision',
    ...own,
    method: 'post',
    path: '/appeals',
    unverified: true,
    summary: 'Appeal a decision about me',
    description: 'Each decision can be appealed once. If possible, someone else than the one who decided answers.',
    body: AppealRequest,
    response: Appeal,
    status: 201,
    refusals: [
      appealError.DECISION_NOT_FOUND,
      appealError.DECISION_REVERSED,
      appealError.DECISION_NOT_APPEALABLE,
      appealError.APPEAL_TOO_LATE,
      appealError.APPEAL_EXISTS,
      appealError.APPEAL_CHANGED,
    ],
    handler: (ctx, { actor, body }) => appealDecision(ctx, actor.userId, body),
  }),
  endpoint({
    operationId: 'listMyAppeals',
    ...own,
    method: 'get',
    path: '/appeals/my',
    summary: 'My appeals and their answers',
    query: z.strictObject(cursorQuery),
    response: cursorPageOf(Appeal),
    handler: (ctx, { actor, query }) => listOwnAppeals(ctx, actor.userId, query),
  }),
  endpoint({
    operationId: 'listAppeals',
    tag,
    who: reviewers,
    method: 'get',
    path: '/admin/appeals',
    summary: 'List appeals with the decision and its evidence',
    description: 'With `status=open`, the oldest comes first. Otherwise, the newest comes first.',
    query: AppealsQuery,
    response: cursorPageOf(AppealInReview),
    handler: (ctx, { actor, query }) => listAppeals(ctx, actor, query),
  }),
  endpoint({
    operationId: 'resolveAppeal',
    tag,
    who: reviewers,
    method: 'put',
    path: '/admin/appeal/{id}/resolve',
    summary: 'Accept or refuse an appeal',
    description:
      'Accepting it reverses the decision at once: a ban is lifted, removed content comes back, a warning no longer ' +
      'counts, and a rejected application waits again. You can only answer an appeal against your own decision if ' +
      'nobody else can.',
    params: z.object({ id: anId }),
    body: AppealAnswer,
    response: AppealInReview,
    refusals: [
      staffError.STAFF_OUT_OF_REACH,
      staffError.STAFF_USER_NOT_FOUND,
      appealError.OWN_DECISION,
      appealError.APPEAL_NOT_FOUND,
      appealError.APPEAL_DECIDED,
      appealError.APPEAL_CHANGED,
    ],
    handler: (ctx, { actor, params, body }) => resolveAppeal(ctx, actor, params.id, body),
  }),
];
