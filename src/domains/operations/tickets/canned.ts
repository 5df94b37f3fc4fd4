/** Ready-made answers. Staff add and change them by an id that the client draws, so that a repeat changes nothing. */
import type { z } from '@hono/zod-openapi';
import { and, asc, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import type { CannedAnswer, CannedAnswerRequest, CannedAnswersQuery } from './schemas';
import { type CannedAnswerRow, cannedAnswers } from './tables';

/** A list to choose from; nobody keeps more. */
const ANSWERS_MAX = 500;

/** By title. */
export async function listCannedAnswers(ctx: Context, { category, all }: z.output<typeof CannedAnswersQuery>) {
  const rows = await ctx.db
    .select()
    .from(cannedAnswers)
    .where(
      and(
        all === undefined ? eq(cannedAnswers.active, true) : undefined,
        category && eq(cannedAnswers.category, category),
      ),
    )
    .orderBy(asc(cannedAnswers.title), asc(cannedAnswers.id))
    .limit(ANSWERS_MAX);
  return { items: rows.map(present) };
}

/** Idempotent. */
export async function saveCannedAnswer(
  ctx: Context,
  { userId }: Actor,
  id: string,
  input: z.output<typeof CannedAnswerRequest>,
): Promise<z.input<typeof CannedAnswer>> {
  const before = await ctx.db.select().from(cannedAnswers).where(eq(cannedAnswers.id, id)).get();
  if (before && isSame(before, input)) return present(before);
  const now = ctx.now();
  const change = { ...input, changedBy: userId, updatedAt: now };
  await commit(ctx, [
    ctx.db
      .insert(cannedAnswers)
      .values({ id, ...change, createdAt: now })
      .onConflictDoUpdate({ target: cannedAnswers.id, set: change }),
    logStaff(ctx, {
      staffId: userId,
      action: before ? 'canned-answer.change' : 'canned-answer.add',
      targetType: 'canned-answer',
      targetId: id,
      before: before ? factsOf(before) : undefined,
      after: input,
    }),
  ]);
  return present({ id, ...change, createdAt: now });
}

const factsOf = ({ title, text, category, active }: z.output<typeof CannedAnswerRequest>) => ({
  title,
  text,
  category,
  active,
});

function isSame(row: CannedAnswerRow, input: z.output<typeof CannedAnswerRequest>): boolean {
  return JSON.stringify(factsOf(row)) === JSON.stringify(factsOf(input));
}

function present(row: CannedAnswerRow): z.input<typeof CannedAnswer> {
  return { id: row.id, ...factsOf(row), updatedAt: toIso(row.updatedAt) };
}
