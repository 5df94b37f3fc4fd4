/** What the auth endpoints take and answer. Passwords are judged where they are set, and only measured elsewhere. */
import { z } from '@hono/zod-openapi';
import { User } from '@/domains/users/schemas';

export const AuthSession = z
  .object({
    id: z.uuid(),
    userAgent: z.string(),
    createdAt: z.string(),
    lastSeenAt: z.string(),
    expiresAt: z.string(),
    current: z.boolean().openapi({ description: 'Whether this is the session that asks.' }),
  })
  .openapi('AuthSession');

export const CurrentSession = z.object({ session: AuthSession, user: User });
