/**
 * The end of an account, in four states of its row: asked for (`deletesAt`), erased (status `deleted`, nothing personal
 * left in it), cleared (`deletesAt` null again). The row itself stays, for what money and others' threads hang on.
 */
import { and, eq, isNotNull, lte, ne, type SQL } from 'drizzle-orm';
import type { Context } from '@/context';
import type { Statement } from '@/db/commit';
import { randomToken } from '@/shared/crypto';
import { users } from './tables';
import { inventUsername } from './usernames';

/** What others see of who is gone, where they see anything. */
const DELETED_NAME = 'Deleted user';

/** Changes nothing if the account is not active, or the condition does not hold: demand a change after it. */
export function planDeletion(ctx: Context, userId: string, deletesAt: number, condition: SQL): Statement {
  return ctx.db
    .update(users)
    .set({ deletesAt })
    .where(and(eq(users.id, userId), eq(users.status, 'active'), condition));
}

/** Changes nothing if it is off, or if somebody has erased the account since it was read. */
export function putOffDeletion(
  ctx: Context,
  { id, status }: Pick<typeof users.$inferSelect, 'id' | 'status'>,
  until: number,
): Statement {
  return ctx.db
    .update(users)
    .set({ deletesAt: until })
    .where(and(eq(users.id, id), eq(users.status, status), isNotNull(users.deletesAt)));
}

/** Changes nothing if it is off, not due, erased already, or the condition does not hold: demand a change after it. */
export function eraseUser(ctx: Context, userId: string, condition: SQL): Statement {
  return ctx.db
    .update(users)
    .set({
      status: 'deleted',
      email: '',
      emailKey: `deleted:${randomToken()}`,
      username: inventUsername('deleted'),
      displayName: DELETED_NAME,
      role: 'viewer',
      creatorStatus: 'NONE',
      avatarUrl: null,
      bio: '',
      gender: null,
      birthDate: null,
      country: null,
      countryCorrectedAt: null,
      links: [],
      emailVerifiedAt: null,
      totpSecret: null,
      totpEnabledAt: null,
      lastLoginAt: null,
      updatedAt: ctx.now(),
    })
    .where(and(eq(users.id, userId), ne(users.status, 'deleted'), lte(users.deletesAt, ctx.now()), condition));
}

/** Nothing is left to be cleared away. */
export function finishDeletion(ctx: Context, userId: string): Statement {
  return ctx.db
    .update(users)
    .set({ deletesAt: null })
    .where(and(eq(users.id, userId), eq(users.status, 'deleted')));
}
