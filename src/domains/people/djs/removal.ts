/**
 * Removes a DJ's genres with the profile that staff remove, and brings them back if the decision is reversed and the DJ
 * has not set new ones. The stage name and bio go with the account's texts.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { djProfiles } from './tables';

export function removeGenres(ctx: Context, userId: string, decisionId: string): Statement {
  return ctx.db
    .update(djProfiles)
    .set({ removedGenres: sql`genres`, genres: [], genresDecisionId: decisionId })
    .where(and(eq(djProfiles.userId, userId), sql`genres <> '[]'`));
}

export function returnGenres(ctx: Context, userId: string, decisionId: string): Statement {
  return ctx.db
    .update(djProfiles)
    .set({
      genres: sql`CASE WHEN genres = '[]' THEN removed_genres ELSE genres END`,
      removedGenres: null,
      genresDecisionId: null,
    })
    .where(and(eq(djProfiles.userId, userId), eq(djProfiles.genresDecisionId, decisionId)));
}

/** Deletes those that can no longer come back. @param isKept a condition on the decision's id */
export function clearRemovedGenres(ctx: Context, isKept: (decisionId: SQL) => SQL): Statement {
  return ctx.db
    .update(djProfiles)
    .set({ removedGenres: null, genresDecisionId: null })
    .where(sql`genres_decision_id IS NOT NULL AND NOT ${isKept(sql`genres_decision_id`)}`);
}
