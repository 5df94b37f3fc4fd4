/**
 * Removes a DJ's genres with the profile that staff remove, and brings them back if the decision is reversed and the DJ
 * has not set new ones. `removed_profiles` keeps them, as it keeps the stage name and bio.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { removedProfiles } from '@/domains/base/users/tables';
import { djProfiles } from './tables';

/** After `keepRemovedProfile`. */
export function removeGenres(ctx: Context, userId: string): Statement {
  return ctx.db
    .update(djProfiles)
    .set({ genres: [] })
    .where(and(eq(djProfiles.userId, userId), sql`genres <> '[]'`));
}

/** Before `returnProfile`. */
export function returnGenres(ctx: Context, decisionId: string): Statement {
  return ctx.db.run(sql`UPDATE dj_profiles SET genres = kept.genres FROM ${removedProfiles} kept
    WHERE kept.decision_id = ${decisionId} AND kept.genres IS NOT NULL
      AND dj_profiles.user_id = kept.user_id AND dj_profiles.genres = '[]'`);
}
