/**
 * Removes a creator's bio with the profile that staff remove, and brings it back if the decision is reversed and the
 * creator has not written a new one.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { creatorProfiles } from './tables';

export function removeBio(ctx: Context, userId: string, decisionId: string): Statement {
  return ctx.db
    .update(creatorProfiles)
    .set({ removedBio: sql`bio`, bio: '', bioDecisionId: decisionId })
    .where(and(eq(creatorProfiles.userId, userId), sql`bio <> ''`));
}

export function returnBio(ctx: Context, userId: string, decisionId: string): Statement {
  return ctx.db
    .update(creatorProfiles)
    .set({ bio: sql`CASE WHEN bio = '' THEN removed_bio ELSE bio END`, removedBio: null, bioDecisionId: null })
    .where(and(eq(creatorProfiles.userId, userId), eq(creatorProfiles.bioDecisionId, decisionId)));
}

/** Deletes those that can no longer come back. @param isKept a condition on the decision's id */
export function clearRemovedBios(ctx: Context, isKept: (decisionId: SQL) => SQL): Statement {
  return ctx.db
    .update(creatorProfiles)
    .set({ removedBio: null, bioDecisionId: null })
    .where(sql`bio_decision_id IS NOT NULL AND NOT ${isKept(sql`bio_decision_id`)}`);
}
