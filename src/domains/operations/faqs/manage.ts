/**
 * Staff add, change and delete FAQs. Each write also numbers the FAQs of the category and language, in one statement,
 * so places are always 1, 2, 3 …, whoever else moves one at the same time.
 */
import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, requireThat } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { logStaff } from '@/domains/base/permissions/log';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { isChange } from '@/shared/is-change';
import { faqError } from './errors';
import { presentFaq } from './list';
import { FAQS_MAX, type FaqChanges, type NewFaq } from './schemas';
import { type FaqRow, faqs } from './tables';

/** Throws FAQS_FULL. */
export async function addFaq(ctx: Context, actor: Actor, { position, ...input }: z.output<typeof NewFaq>) {
  const [id, now] = [newId(), ctx.now()];
  const place =
    position === undefined
      ? sql`(SELECT coalesce(max(position), 0) + 1 FROM ${faqs}
    WHERE category = ${input.category} AND language = ${input.language})`
      : literal(position);
  return presentFaq(
    await write(
      ctx,
      id,
      [
        requireThat(ctx, sql`SELECT count(*) < ${literal(FAQS_MAX)} FROM ${faqs}`),
        ctx.db.insert(faqs).values({ id, ...input, position: int(place), createdAt: now, updatedAt: now }),
        number(ctx, input, position === undefined ? undefined : { id, position }),
        logStaff(ctx, { ...logged(actor, id, 'faq.add'), after: input }),
      ],
      () => faqError('FAQS_FULL'),
    ),
  );
}

/** Changes only what is sent. Throws FAQ_NOT_FOUND. */
export async function changeFaq(ctx: Context, actor: Actor, id: string, changes: z.output<typeof FaqChanges>) {
  const before = await getFaq(ctx, id);
  if (!isChange(before, changes)) return presentFaq(before);
  const { position, ...content } = changes;
  const after = { ...before, ...content };
  const hasMoved = after.category !== before.category || after.language !== before.language;
  // In another list it goes to the end, unless a place is named.
  const place = position ?? (hasMoved ? FAQS_MAX : undefined);
  const changed = await write(
    ctx,
    id,
    [
      requireThat(ctx, sql`SELECT EXISTS (SELECT 1 FROM ${faqs} WHERE id = ${id})`),
      ctx.db
        .update(faqs)
        .set({ ...content, ...(hasMoved ? { position: FAQS_MAX + 1 } : {}), updatedAt: ctx.now() })
        .where(eq(faqs.id, id)),
      number(ctx, after, place === undefined ? undefined : { id, position: place }),
      ...(hasMoved ? [number(ctx, before)] : []),
      logStaff(ctx, { ...logged(actor, id, 'faq.change'), before: pick(before, changes), after: changes }),
    ],
    () => faqError('FAQ_NOT_FOUND'),
  );
  return presentFaq(changed);
}

/** Deletes it with its votes. Throws FAQ_NOT_FOUND. */
export async function deleteFaq(ctx: Context, actor: Actor, id: string): Promise<Record<string, never>> {
  const { category, language, question, answer, published } = await getFaq(ctx, id);
  const before = { category, language, question, answer, published };
  await commit(
    ctx,
    [
      requireThat(ctx, sql`SELECT EXISTS (SELECT 1 FROM ${faqs} WHERE id = ${id})`),
      ctx.db.delete(faqs).where(eq(faqs.id, id)),
      number(ctx, before),
      logStaff(ctx, { ...logged(actor, id, 'faq.delete'), before }),
    ],
    { refusals: { DEMAND_NOT_MET: () => faqError('FAQ_NOT_FOUND') } },
  );
  return {};
}

/**
 * Numbers the FAQs of a category and language from 1 on, in their order.
 * @param moved goes to this place, before the one that has it, or behind it if it comes from a lower place
 */
function number(
  ctx: Context,
  { category, language }: Pick<FaqRow, 'category' | 'language'>,
  moved?: Pick<FaqRow, 'id' | 'position'>,
): Statement {
  // Twice the position, so that the moved one fits in between.
  const order = moved
    ? sql`iif(id = ${moved.id},
        ${literal(2 * moved.position)} + iif(position < ${literal(moved.position)}, 1, -1), 2 * position)`
    : sql`position`;
  return ctx.db.run(sql`
    UPDATE faqs SET position = placed.place
    FROM (SELECT id, row_number() OVER (ORDER BY ${order}, id) AS place FROM ${faqs}
      WHERE category = ${category} AND language = ${language}) AS placed
    WHERE faqs.id = placed.id AND faqs.position <> placed.place`);
}

/** Commits, and reads the FAQ in the same batch, since numbering may have changed its place. */
async function write(
  ctx: Context,
  id: string,
  statements: readonly Statement[],
  refusal: () => ReturnType<typeof faqError>,
): Promise<FaqRow> {
  const read = ctx.db.select().from(faqs).where(eq(faqs.id, id));
  const results = await commit(ctx, [...statements, read], { refusals: { DEMAND_NOT_MET: refusal } });
  const [row] = results.at(-1) as FaqRow[]; // the rows of `read`
  if (!row) throw faqError('FAQ_NOT_FOUND');
  return row;
}

async function getFaq(ctx: Context, id: string): Promise<FaqRow> {
  const row = await ctx.db.select().from(faqs).where(eq(faqs.id, id)).get();
  if (!row) throw faqError('FAQ_NOT_FOUND');
  return row;
}

function logged({ userId }: Actor, id: string, action: string) {
  return { staffId: userId, action, targetType: 'faq', targetId: id };
}

function pick(row: FaqRow, changes: Partial<FaqRow>): Partial<FaqRow> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name in changes));
}
