/**
 * Plans what staff do with a profile, as a part of one batch: hide it during a review, remove its texts and avatar so
 * that an appeal can bring them back, and bring them back where the user has not set new ones.
 */
import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import { removedProfiles, users } from './tables';

/** Keeps the oldest removal, if there is one: it is the one that has texts. @param until ms */
export function keepRemovedProfile(ctx: Context, userId: string, until: number): Statement[] {
  return [
    ctx.db.run(sql`INSERT INTO removed_profiles (user_id, display_name, bio, avatar_url, links, kept_until)
      SELECT id, display_name, bio, avatar_url, links, ${int(until)} FROM users WHERE id = ${userId} AND status <> 'deleted'
      ON CONFLICT DO NOTHING`),
    ctx.db
      .update(users)
      .set({
        displayName: sql`username`,
        bio: '',
        avatarUrl: null,
        links: [],
        hiddenAt: null,
        updatedAt: ctx.now(),
      })
      .where(and(eq(users.id, userId), sql`status <> 'deleted'`)),
  ];
}

export function returnProfile(ctx: Context, userId: string): Statement[] {
  return [
    ctx.db.run(sql`UPDATE users SET
      display_name = CASE WHEN users.display_name = users.username THEN kept.display_name ELSE users.display_name END,
      bio = CASE WHEN users.bio = '' THEN kept.bio ELSE users.bio END,
      avatar_url = coalesce(users.avatar_url, kept.avatar_url),
      links = CASE WHEN users.links = '[]' THEN kept.links ELSE users.links END,
      updated_at = ${int(ctx.now())}
      FROM removed_profiles AS kept WHERE users.id = kept.user_id AND kept.user_id = ${userId} AND status <> 'deleted'`),
    forgetRemovedProfile(ctx, userId),
  ];
}

/** For the end of an account too. Its files are deleted separately. */
export function forgetRemovedProfile(ctx: Context, userId: string): Statement {
  return ctx.db.delete(removedProfiles).where(eq(removedProfiles.userId, userId));
}

export function hideProfile(ctx: Context, userId: string): Statement[] {
  return [
    ctx.db
      .update(users)
      .set({ hiddenAt: ctx.now() })
      .where(and(eq(users.id, userId), isNull(users.hiddenAt), sql`status <> 'deleted'`)),
  ];
}

export function unhideProfile(ctx: Context, userId: string): Statement[] {
  return [
    ctx.db
      .update(users)
      .set({ hiddenAt: null })
      .where(and(eq(users.id, userId), isNotNull(users.hiddenAt))),
  ];
}
