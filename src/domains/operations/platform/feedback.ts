/** Users send feedback about the app, and staff read it. The same feedback counts once. */

import type { z } from '@hono/zod-openapi';
import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, requireChange } from '@/db/commit';
import { int } from '@/db/sql';
import { isSeenBy } from '@/domains/base/permissions/reach';
import { cardColumns, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { AppError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { sha256 } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { DAY_MS, SECOND_MS, toIso } from '@/shared/time';
import { platformError } from './errors';
import { FeedbackPosition, type FeedbackQuery, type FeedbackRequest, type SentFeedback } from './schemas';
import { feedback } from './tables';

const LIST = 'feedback';
/** A user's feedback within 24 hours. */
export const FEEDBACK_A_DAY_MAX = 20;

type Input = z.output<typeof FeedbackRequest>;

/** Sending the same again answers the first. Throws FEEDBACK_LIMIT_REACHED. */
export async function sendFeedback(
  ctx: Context,
  { userId }: Actor,
  { category, text, ...optional }: Input,
): Promise<z.input<typeof SentFeedback>> {
  const now = ctx.now();
  const id = newId();
  const { rating, appVersion } = { rating: optional.rating ?? null, appVersion: optional.appVersion ?? null };
  const digest = sha256(JSON.stringify([category, rating, text, appVersion]));
  const isWritten = await commitIfMet(ctx, [
    ctx.db.run(sql`
      INSERT INTO ${feedback} (id, user_id, category, rating, text, app_version, digest, created_at)
      SELECT ${id}, ${userId}, ${category}, ${rating === null ? null : int(rating)}, ${text}, ${appVersion}, ${digest},
        ${int(now)}
      WHERE (SELECT count(*) FROM feedback WHERE user_id = ${userId} AND created_at > ${now - DAY_MS})
        < ${int(FEEDBACK_A_DAY_MAX)}
      ON CONFLICT DO NOTHING`),
    requireChange(ctx),
  ]);
  if (isWritten) return { id };
  const sent = await ctx.db
    .select({ id: feedback.id })
    .from(feedback)
    .where(and(eq(feedback.userId, userId), eq(feedback.digest, digest)))
    .get();
  if (sent) return sent;
  throw await limitReached(ctx, userId, now);
}

async function limitReached(ctx: Context, userId: string, now: number): Promise<AppError> {
  const [oldest] = await ctx.db
    .select({ at: feedback.createdAt })
    .from(feedback)
    .where(and(eq(feedback.userId, userId), sql`${feedback.createdAt} > ${now - DAY_MS}`))
    .orderBy(feedback.createdAt)
    .limit(1);
  const seconds = Math.ceil(((oldest?.at ?? now) + DAY_MS - now) / SECOND_MS);
  return platformError('FEEDBACK_LIMIT_REACHED', { headers: { 'Retry-After': String(Math.max(1, seconds)) } });
}

/** Newest first. A country admin sees the feedback of their country. Throws CURSOR_INVALID. */
export async function listFeedback(ctx: Context, actor: Actor, query: z.output<typeof FeedbackQuery>) {
  const { category, version, cursor, perPage } = query;
  const after = cursor === undefined ? undefined : decodeCursor(LIST, FeedbackPosition, cursor)[0];
  const rows = await ctx.db
    .select({ feedback, user: cardColumns })
    .from(feedback)
    .innerJoin(users, eq(users.id, feedback.userId))
    .where(
      and(
        category && eq(feedback.category, category),
        version === undefined ? undefined : eq(feedback.appVersion, version),
        after === undefined ? undefined : lt(feedback.id, after),
        isSeenBy(actor),
      ),
    )
    .orderBy(desc(feedback.id))
    .limit(perPage + 1);
  return presentCursorPage(
    rows,
    perPage,
    ({ feedback: { id, category, rating, text, appVersion, createdAt }, user }) => ({
      ...{ id, category, rating, text, appVersion },
      user: presentCard(user),
      createdAt: toIso(createdAt),
    }),
    (row) => encodeCursor(LIST, [row.feedback.id]),
  );
}
