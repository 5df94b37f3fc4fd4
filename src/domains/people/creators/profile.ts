/** A creator's profile. Approval creates it from the application; afterwards the creator edits it. */
import type { z } from '@hono/zod-openapi';
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { differs } from '@/db/differs';
import { cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { toIso } from '@/shared/time';
import { creatorError } from './errors';
import type { CreatorProfile, ProfileRequest } from './schemas';
import { creatorProfiles } from './tables';

/** For the batch that approves an application. */
export function createProfile(
  ctx: Context,
  { userId, bio, categories }: { userId: string; bio: string; categories: string[] },
): Statement {
  const now = ctx.now();
  return ctx.db
    .insert(creatorProfiles)
    .values({ userId, bio, categories, createdAt: now, updatedAt: now })
    .onConflictDoUpdate({ target: creatorProfiles.userId, set: { bio, categories, updatedAt: now } });
}

/** Throws CREATOR_NOT_FOUND. */
export async function readProfile(ctx: Context, userId: string): Promise<z.input<typeof CreatorProfile>> {
  const row = await ctx.db
    .select({ card: cardColumnsFor({ userId }), since: users.createdAt, profile: creatorProfiles })
    .from(users)
    .leftJoin(creatorProfiles, eq(creatorProfiles.userId, users.id))
    .where(eq(users.id, userId))
    .get();
  if (!row) throw creatorError('CREATOR_NOT_FOUND');
  // Creators who never applied, like those of the demo world, may have no profile row yet.
  const { bio, categories, createdAt, updatedAt } = row.profile ?? {
    bio: '',
    categories: [],
    createdAt: row.since,
    updatedAt: row.since,
  };
  const user = presentCard(row.card);
  return { userId, user, bio, categories, createdAt: toIso(createdAt), updatedAt: toIso(updatedAt) };
}

/** Omitted fields keep their value. Throws CREATOR_NOT_FOUND. */
export async function changeProfile(
  ctx: Context,
  userId: string,
  { bio, categories }: z.output<typeof ProfileRequest>,
) {
  const now = ctx.now();
  const fresh = { userId, bio: bio ?? '', categories: categories ?? [], createdAt: now, updatedAt: now };
  await commit(ctx, [
    ctx.db
      .insert(creatorProfiles)
      .values(fresh)
      .onConflictDoUpdate({
        target: creatorProfiles.userId,
        set: { ...(bio === undefined ? {} : { bio }), ...(categories ? { categories } : {}), updatedAt: now },
        setWhere: differs(creatorProfiles, { bio, categories }),
      }),
  ]);
  return readProfile(ctx, userId);
}
