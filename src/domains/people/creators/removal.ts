/**
 * Removes a creator's bio with the profile that staff remove, and brings it back if the decision is reversed and the
 * creator has not written a new one. `removed_profiles` keeps it.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { removedProfiles } from '@/domains/base/users/tables';
import { creatorProfiles } from './tables';

/** After `keepRemovedProfile`. */
export function removeBio(ctx: Context, userId: string): Statement {
  return ctx.db
    .update(creatorProfiles)
    .set({ bio: '' })
    .where(and(eq(creatorProfiles.userId, userId), sql`bio <> ''`));
}

/** Before `returnProfile`. */
export function returnBio(ctx: Context, decisionId: string): Statement {
  return ctx.db.run(sql`UPDATE creator_profiles SET bio = kept.creator_bio FROM ${removedProfiles} kept
    WHERE kept.decision_id = ${decisionId} AND kept.creator_bio IS NOT NULL
      AND creator_profiles.user_id = kept.user_id AND creator_profiles.bio = ''`);
}
