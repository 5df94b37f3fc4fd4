/** Endpoints of auth sessions: reading the current one, listing my sessions, and ending them. */
import { z } from '@hono/zod-openapi';
import { presentUser } from '@/domains/base/users/present';
import { getAccount } from '@/domains/people/auth/account';
import { authError } from '@/domains/people/auth/errors';
import { endAllSessions, endOwnSession, getOwnSession, listOwnSessions } from '@/domains/people/auth/own-sessions';
import { AuthSession, CurrentSession } from '@/domains/people/auth/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing, pageOf, pageQuery } from '@/http/envelope';

const common = { tag: 'auth', who: 'user' } as const;

export const sessionEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readCurrentSession',
    ...common,
    method: 'get',
    path: '/auth/get-session',
    duringMaintenance: true,
    summary: 'The current session and its user',
    fresh: true,
    response: CurrentSession,
    handler: async (ctx, { actor }) => {
      const [session, { user, staff }] = await Promise.all([getOwnSession(ctx, actor), getAccount(ctx, actor.userId)]);
      return { session, user: presentUser(user, staff) };
    },
  }),
  endpoint({
    operationId: 'signOut',
    ...common,
    method: 'post',
    path: '/auth/sign-out',
    duringMaintenance: true,
    unverified: true,
    summary: 'End the current session',
    response: Nothing,
    // Only if it was ended meanwhile.
    refusals: [authError.SESSION_NOT_FOUND],
    handler: async (ctx, { actor }) => {
      await endOwnSession(ctx, actor, actor.sessionId, 'sign-out');
      return {};
    },
  }),
  endpoint({
    operationId: 'logOut',
    ...common,
    method: 'post',
    path: '/auth/logout',
    duringMaintenance: true,
    unverified: true,
    summary: 'End the current session, or all of my sessions',
    body: z.strictObject({ all: z.boolean().optional() }),
    response: Nothing,
    // Only if it was ended meanwhile.
    refusals: [authError.SESSION_NOT_FOUND],
    handler: async (ctx, { actor, body }) => {
      if (body.all) await endAllSessions(ctx, actor);
      else await endOwnSession(ctx, actor, actor.sessionId, 'sign-out');
      return {};
    },
  }),
  endpoint({
    operationId: 'listAuthSessions',
    ...common,
    method: 'get',
    path: '/auth/sessions',
    summary: 'My active sessions',
    fresh: true,
    query: z.strictObject(pageQuery),
    response: pageOf(AuthSession),
    handler: (ctx, { actor, query }) => listOwnSessions(ctx, actor, query),
  }),
  endpoint({
    operationId: 'endAuthSession',
    ...common,
    method: 'delete',
    path: '/auth/sessions/{id}',
    unverified: true,
    summary: 'End one of my sessions',
    params: z.object({ id: z.string() }),
    response: Nothing,
    refusals: [authError.SESSION_NOT_FOUND],
    handler: async (ctx, { actor, params }) => {
      await endOwnSession(ctx, actor, params.id, 'revoked');
      return {};
    },
  }),
];
