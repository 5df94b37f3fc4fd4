/**
 * Removes a DJ's genres with the profile that staff remove, and brings them back if the decision is reversed. The stage
 * name and bio go with the account's texts. Genres that the DJ set meanwhile stay.
 */
import { and, eq, isNull } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { djProfiles } from './tables';

export function removeGenres(ctx: Context, userId: string, decisionId: string): Statement {
  return ctx.db
    .update(djProfiles)
    .set({ genresDecisionId: decisionId })
    .where(and(eq(djProfiles.userId, userId), isNull(djProfiles.genresDecisionId)));
}

export function returnGenres(ctx: Context, userId: string, decisionId: string): Statement {
  return ctx.db
    .update(djProfiles)
    .set({ genresDecisionId: null })
    .where(and(eq(djProfiles.userId, userId), eq(djProfiles.genresDecisionId, decisionId)));
}
