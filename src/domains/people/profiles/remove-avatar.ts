/** Removes the user's avatar. The file goes too, unless it is kept for an appeal. */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, requireChange } from '@/db/commit';
import { fileError } from '@/domains/base/media/errors';
import { forgetImage } from '@/domains/base/media/shown-image';
import { removedProfiles, users } from '@/domains/base/users/tables';
import { setAvatar } from '@/domains/base/users/write';
import { requireActive } from '@/domains/people/auth/active';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';

const TRIES = 3;

/** Idempotent. Throws UPLOAD_CONFLICT if others are set again and again meanwhile, ACCOUNT_BANNED. */
export async function removeAvatar(ctx: Context, userId: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const user = await ctx.db.select({ url: users.avatarUrl }).from(users).where(eq(users.id, userId)).get();
    const url = user?.url ?? null;
    if (url === null) return;
    const isKept = sql`EXISTS (SELECT 1 FROM ${removedProfiles} WHERE user_id = ${userId} AND avatar_url = ${url})`;
    const file = forgetImage(ctx, { kind: 'avatar', ownerId: userId, url }, isKept);
    const isRemoved = await commitIfMet(
      ctx,
      [
        requireActive(ctx, userId),
        setAvatar(ctx, userId, { from: url, to: null }),
        requireChange(ctx),
        ...file.statements,
      ],
      { events: [{ kind: 'user-changed', userId }, ...file.events], refusals: BANNED_MEANWHILE },
    );
    if (isRemoved) return;
  }
  throw fileError('UPLOAD_CONFLICT');
}
