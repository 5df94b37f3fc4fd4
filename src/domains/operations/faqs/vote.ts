/** Votes on FAQs: one a user, which they can change. The database counts them. */
import type { z } from '@hono/zod-openapi';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { int } from '@/db/sql';
import { faqError } from './errors';
import type { FaqVoted } from './schemas';
import { faqs } from './tables';

/** Throws FAQ_NOT_FOUND, also for a draft. */
export async function voteOnFaq(
  ctx: Context,
  userId: string,
  faqId: string,
  helpful: boolean,
): Promise<z.input<typeof FaqVoted>> {
  const vote = ctx.db.run(sql`
    INSERT INTO faq_votes (faq_id, user_id, helpful, voted_at)
    SELECT id, ${userId}, ${int(helpful ? 1 : 0)}, ${int(ctx.now())} FROM ${faqs} WHERE id = ${faqId} AND published
    ON CONFLICT DO UPDATE SET helpful = excluded.helpful, voted_at = excluded.voted_at
    WHERE faq_votes.helpful <> excluded.helpful`);
  const count = ctx.db
    .select({ helpful: faqs.helpful, notHelpful: faqs.notHelpful })
    .from(faqs)
    .where(and(eq(faqs.id, faqId), eq(faqs.published, true)));
  const [, counts] = await commit(ctx, [vote, count]);
  const [counted] = counts as Awaited<typeof count>; // the rows of `count`
  if (!counted) throw faqError('FAQ_NOT_FOUND');
  return { vote: { helpful }, ...counted };
}

/** For the end of an account. The caller repeats it until it changes nothing. */
export function forgetFaqVotes(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`DELETE FROM faq_votes WHERE (faq_id, user_id) IN (
    SELECT faq_id, user_id FROM faq_votes WHERE user_id = ${userId} ${limit})`);
}
