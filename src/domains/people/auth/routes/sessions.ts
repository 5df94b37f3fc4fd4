/** Endpoints of auth sessions: who am I, where am I signed in, and out. */
import { z } from '@hono/zod-openapi';
import { presentUser } from '@/domains/base/users/present';
import { User } from '@/domains/base/users/schemas';
import { getAccount } from '@/domains/people/auth/account';
import { endAllSessions, endOwnSession, getOwnSession, listOwnSessions } from '@/domains/people/auth/own-sessions';
import { AuthSession, CurrentSession } from '@/domains/people/auth/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing, pageOf, pageQuery } from '@/http/envelope';

const common = { tag: 'auth', who: 'user' } as const;

export const sessionEndpoints: Endpoint[] = [
  endpoint({
    ...common,
    method: 'get',
    path: '/auth/me',
    summary: 'The signed-in user',
    fresh: true,
    response: User,
    handler: async (ctx, { actor }) => {
      const { user, staff } = await getAccount(ctx, actor.userId);
      return presentUser(user, staff);
    },
  }),
  endpoint({
    ...common,
    method: 'get',
    path: '/auth/get-session',
    summary: 'The current session and its user',
    fresh: true,
    response: CurrentSession,
    handler: async (ctx, { actor }) => {
      const [session, { user, staff }] = await Promise.all([getOwnSession(ctx, actor), getAccount(ctx, actor.userId)]);
      return { session, user: presentUser(user, staff) };
    },
  }),
  endpoint({
    ...common,
    method: 'post',
    path: '/auth/sign-out',
    unverified: true,
    summary: 'End the current session',
    response: Nothing,
    handler: async (ctx, { actor }) => {
      await endOwnSession(ctx, actor, actor.sessionId, 'sign-out');
      return {};
    },
  }),
  endpoint({
    ...common,
    method: 'post',
    path: '/auth/logout',
    unverified: true,
    summary: 'End the current session, or every one of mine',
    body: z.strictObject({ all: z.boolean().optional() }),
    response: Nothing,
    handler: async (ctx, { actor, body }) => {
      if (body.all) await endAllSessions(ctx, actor);
      else await endOwnSession(ctx, actor, actor.sessionId, 'sign-out');
      return {};
    },
  }),
  endpoint({
    ...common,
    method: 'get',
    path: '/auth/sessions',
    summary: 'Where I am signed in',
    fresh: true,
    query: z.strictObject(pageQuery),
    response: pageOf(AuthSession),
    handler: (ctx, { actor, query }) => listOwnSessions(ctx, actor, query),
  }),
  endpoint({
    ...common,
    method: 'delete',
    path: '/auth/sessions/{id}',
    unverified: true,
    summary: 'End one of my sessions',
    params: z.object({ id: z.string() }),
    response: Nothing,
    refusals: { 404: 'SESSION_NOT_FOUND' },
    handler: async (ctx, { actor, params }) => {
      await endOwnSession(ctx, actor, params.id, 'revoked');
      return {};
    },
  }),
];
