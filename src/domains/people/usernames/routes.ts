/** The endpoint that changes a username. */
import { z } from '@hono/zod-openapi';
import { User } from '@/domains/base/users/schemas';
import { authError } from '@/domains/people/auth/errors';
import { username } from '@/domains/people/auth/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { changeOwnUsername } from './change-username';
import { usernameError } from './errors';

export const usernameEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'changeMyUsername',
    method: 'put',
    path: '/user/username',
    tag: 'user',
    summary: 'Change my username; the old one leads to me for 30 days',
    description:
      'At most twice in 14 days. For 30 days the old name leads to you wherever a username is taken, and nobody but you ' +
      'can take it. A display name that is your username changes with it. While `anonymousMode` is on, only the ' +
      "account's own name changes: everyone else goes on seeing your `stageHandle`, and no name of the account leads " +
      'to you.',
    who: 'user',
    body: z.strictObject({ username }).openapi('UsernameChange'),
    response: User,
    refusals: [authError.USERNAME_TAKEN, usernameError.USERNAME_CHANGED_LATELY],
    handler: (ctx, { actor, body }) => changeOwnUsername(ctx, actor, body.username),
  }),
];
