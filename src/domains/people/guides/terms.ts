/**
 * The terms of guides: from each approval until it is suspended or withdrawn. What a guide does counts only in a term.
 */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { guideTerms } from './tables';

/** For a batch that changes the status of a guide, after `followGuideApplication`. Idempotent. */
export function followTerm(ctx: Context, userId: string): Statement[] {
  const now = int(ctx.now());
  const isGuide = sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${userId} AND guide_status = 'APPROVED')`;
  return [
    ctx.db.run(sql`UPDATE ${guideTerms} SET to_at = max(from_at, ${now})
      WHERE user_id = ${userId} AND to_at IS NULL AND NOT ${isGuide}`),
    ctx.db.run(sql`INSERT INTO ${guideTerms} (user_id, from_at)
      SELECT ${userId}, ${now} WHERE ${isGuide} ON CONFLICT DO NOTHING`),
  ];
}

/** 1 if the user was an approved guide at this time (ms). */
export function isGuideAt(userId: SQLWrapper | string, at: SQLWrapper): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${guideTerms} term
    WHERE term.user_id = ${userId} AND term.from_at <= ${at} AND (term.to_at IS NULL OR term.to_at > ${at}))`;
}
