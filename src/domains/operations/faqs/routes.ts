/** Endpoints for FAQs. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing, pageOf, reply } from '@/http/envelope';
import type { Viewer } from '@/shared/actor';
import { faqError } from './errors';
import { listFaqs, searchFaqs, seesDrafts } from './list';
import { addFaq, changeFaq, deleteFaq } from './manage';
import { anId, Faq, FaqChanges, FaqSearchQuery, FaqsQuery, FaqVote, FaqVoted, NewFaq } from './schemas';
import { voteOnFaq } from './vote';

const who = { permission: 'canManageTickets' } as const;
const params = z.strictObject({ id: anId });
const DRAFTS = 'Staff with `canManageTickets` also get drafts.';

/** Staff see drafts and their own changes at once. */
function cachedFor(viewer: Viewer) {
  if (seesDrafts(viewer)) return {};
  return { headers: { 'Cache-Control': `${viewer?.kind === 'user' ? 'private' : 'public'}, max-age=60` } };
}

export const faqEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listFaqs',
    method: 'get',
    path: '/support/faqs',
    tag: 'support',
    summary: 'FAQs by category and place',
    description: DRAFTS,
    who: 'optional',
    query: FaqsQuery,
    response: pageOf(Faq),
    handler: async (ctx, { actor, query }) => reply(await listFaqs(ctx, actor, query), cachedFor(actor)),
  }),
  endpoint({
    operationId: 'searchFaqs',
    method: 'get',
    path: '/support/faqs/search',
    tag: 'support',
    summary: 'Search FAQs, best match first',
    description: `All words must be in the question or the answer; the last may be unfinished. ${DRAFTS}`,
    who: 'optional',
    query: FaqSearchQuery,
    response: pageOf(Faq),
    handler: async (ctx, { actor, query }) => reply(await searchFaqs(ctx, actor, query), cachedFor(actor)),
  }),
  endpoint({
    operationId: 'addFaq',
    logs: 'faq.add',
    method: 'post',
    path: '/support/faqs',
    tag: 'support',
    summary: 'Add a FAQ, as a draft unless `published` is true',
    who,
    body: NewFaq,
    response: Faq,
    status: 201,
    refusals: [faqError.FAQS_FULL],
    handler: (ctx, { actor, body }) => addFaq(ctx, actor, body),
  }),
  endpoint({
    operationId: 'changeFaq',
    logs: 'faq.change',
    method: 'put',
    path: '/support/faqs/{id}',
    tag: 'support',
    summary: 'Change, move or publish a FAQ',
    who,
    params,
    body: FaqChanges,
    response: Faq,
    refusals: [faqError.FAQ_NOT_FOUND],
    handler: (ctx, { actor, params: { id }, body }) => changeFaq(ctx, actor, id, body),
  }),
  endpoint({
    operationId: 'deleteFaq',
    logs: 'faq.delete',
    method: 'delete',
    path: '/support/faqs/{id}',
    tag: 'support',
    summary: 'Delete a FAQ and its votes',
    who,
    params,
    response: Nothing,
    refusals: [faqError.FAQ_NOT_FOUND],
    handler: (ctx, { actor, params: { id } }) => deleteFaq(ctx, actor, id),
  }),
  endpoint({
    operationId: 'voteOnFaq',
    method: 'post',
    path: '/support/faqs/{id}/vote',
    tag: 'support',
    summary: 'Say whether a FAQ helped; a second vote replaces the first',
    who: 'user',
    params,
    body: FaqVote,
    response: FaqVoted,
    refusals: [faqError.FAQ_NOT_FOUND],
    handler: (ctx, { actor, params: { id }, body }) => voteOnFaq(ctx, actor.userId, id, body.helpful),
  }),
];
