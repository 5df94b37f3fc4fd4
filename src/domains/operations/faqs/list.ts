/** Reads FAQs: by category and place, or by words. Staff who manage tickets also see drafts. */

import type { z } from '@hono/zod-openapi';
import { and, asc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { countRows } from '@/db/count-rows';
import { audienceOf, EVERYBODY, matching } from '@/db/fts';
import { staffCan } from '@/domains/base/permissions/permissions';
import { COUNT_MAX, limitAndOffset, presentPage } from '@/http/envelope';
import type { Viewer } from '@/shared/actor';
import { ftsQuery } from '@/shared/fts';
import { toIso } from '@/shared/time';
import type { Faq, FaqSearchQuery, FaqsQuery } from './schemas';
import { type FaqRow, faqs } from './tables';

/** A word in the question counts for as much as ten in the answer. */
const RANK = sql`bm25(faqs_fts, 10.0, 1.0, 0.0)`;

export function seesDrafts(viewer: Viewer): boolean {
  return viewer?.kind === 'user' && staffCan(viewer.staff, 'canManageTickets');
}

export async function listFaqs(ctx: Context, viewer: Viewer, query: z.output<typeof FaqsQuery>) {
  const { limit, offset } = limitAndOffset(query);
  const where = and(filters(query), seesDrafts(viewer) ? undefined : eq(faqs.published, true));
  const [rows, [{ total = 0 } = {}]] = await ctx.db.batch([
    ctx.db
      .select()
      .from(faqs)
      .where(where)
      .orderBy(asc(faqs.category), asc(faqs.language), asc(faqs.position), asc(faqs.id))
      .limit(limit)
      .offset(offset),
    countRows(ctx, ctx.db.select({ one: sql`1` }).from(faqs).where(where), COUNT_MAX + 1),
  ]);
  return presentPage(rows.map(presentFaq), total, query);
}

/** Best match first. There are few FAQs, so all matches are ranked. */
export async function searchFaqs(ctx: Context, viewer: Viewer, query: z.output<typeof FaqSearchQuery>) {
  const { limit, offset } = limitAndOffset(query);
  const audience = seesDrafts(viewer) ? audienceOf(['staff']) : EVERYBODY;
  const where = and(sql`faqs_fts MATCH ${matching(ftsQuery(query.q).begun, audience)}`, filters(query));
  const index = sql`faqs_fts`;
  const isSame = sql`${faqs}.rowid = faqs_fts.rowid`;
  const [rows, [{ total = 0 } = {}]] = await ctx.db.batch([
    ctx.db
      .select(getTableColumns(faqs))
      .from(faqs)
      .innerJoin(index, isSame)
      .where(where)
      .orderBy(RANK, asc(faqs.id))
      .limit(limit)
      .offset(offset),
    countRows(ctx, ctx.db.select({ one: sql`1` }).from(faqs).innerJoin(index, isSame).where(where), COUNT_MAX + 1),
  ]);
  return presentPage(rows.map(presentFaq), total, query);
}

function filters({ category, language }: Pick<z.output<typeof FaqsQuery>, 'category' | 'language'>): SQL | undefined {
  return and(
    category === undefined ? undefined : eq(faqs.category, category),
    language === undefined ? undefined : eq(faqs.language, language),
  );
}

export function presentFaq({ createdAt, updatedAt, ...row }: FaqRow): z.input<typeof Faq> {
  return { ...row, createdAt: toIso(createdAt), updatedAt: toIso(updatedAt) };
}
