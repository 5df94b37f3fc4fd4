/**
 * Lists everything a creator earned, and what took diamonds away: the earnings account's history, walked backwards from
 * the end of the range.
 */

import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { gifts, giftsSent } from '@/domains/money/gifts/tables';
import { csvResponse } from '@/http/csv';
import { type DayRange, RANGE_DAYS_MAX, readRange } from '@/http/day-range';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import { type Entry, findPlaceBefore, type HistoryPlace, walkHistory } from '@/ledger/history';
import { toIso } from '@/shared/time';
import { entryKindOf } from './entry-kinds';
import { findNear } from './places';
import { type EarningEntry, HistoryPosition, type HistoryQuery } from './schemas';

const LIST = 'earnings';
const CSV_PAGE_ROWS = 1_000;
const CSV_HEADER = ['id', 'at', 'kind', 'diamonds', 'balanceAfter', 'refId', 'sender', 'gift', 'quantity', 'message'];

type Query = z.output<typeof HistoryQuery>;

/** Without `from`, it goes back to the first diamond. Throws VALIDATION_FAILED, CURSOR_INVALID. */
export async function listHistory(ctx: Context, userId: string, query: Query) {
  const { cursor, perPage } = query;
  const range = readRange(ctx.now(), query, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const start = await findStart(ctx, userId, range, cursor);
  const entries = start ? await readEntries(ctx, userId, start, range, perPage + 1) : [];
  return presentCursorPage(
    entries,
    perPage,
    (entry) => entry,
    (entry) => encodeCursor(LIST, [entry.id]),
  );
}

/** Exports the whole range, by default the year up to `to`. Throws VALIDATION_FAILED. */
export async function exportHistory(ctx: Context, userId: string, query: Query): Promise<Response> {
  const range = readRange(ctx.now(), query, RANGE_DAYS_MAX);
  const start = await findStart(ctx, userId, range);
  return csvResponse('earnings-history.csv', CSV_HEADER, csvPages(ctx, userId, start, range));
}

async function* csvPages(ctx: Context, userId: string, start: HistoryPlace | undefined, range: DayRange) {
  for (let place = start; place; ) {
    const page: EntryShape[] = await readEntries(ctx, userId, place, range, CSV_PAGE_ROWS + 1);
    yield page
      .slice(0, CSV_PAGE_ROWS)
      .map(({ id, at, kind, diamonds, balanceAfter, refId, sender, gift, quantity, message }) => [
        ...[id, at, kind, diamonds, balanceAfter, refId],
        ...[sender?.username ?? null, gift?.name ?? null, quantity, message],
      ]);
    const next = page[CSV_PAGE_ROWS];
    place = next && { accountId: place.accountId, transferId: next.id };
  }
}

/** The account's newest transfer in the range, or the one after the cursor's. */
async function findStart(
  ctx: Context,
  userId: string,
  { endMs }: DayRange,
  cursor?: string,
): Promise<HistoryPlace | undefined> {
  const after = cursor === undefined ? undefined : decodeCursor(LIST, HistoryPosition, cursor)[0];
  const newest = await findNear(ctx, userId, endMs);
  if (!newest || after === undefined) return newest && findPlaceBefore(ctx, newest, endMs);
  const { accountId } = newest;
  const [last] = await walkHistory(ctx, [{ accountId, transferId: after }], 1);
  return last && last.previousId !== null ? { accountId, transferId: last.previousId } : undefined;
}

type EntryShape = z.input<typeof EarningEntry>;

/** Runs two statements: one for the transfers, one for the details of gifts and tips. */
async function readEntries(
  ctx: Context,
  userId: string,
  start: HistoryPlace,
  { startMs }: DayRange,
  limit: number,
): Promise<EntryShape[]> {
  const walked = await walkHistory(ctx, [start], limit);
  const entries = walked.filter(({ at }) => at >= startMs);
  const ids = entries.filter(({ refType }) => refType === 'gift').map(({ refId }) => refId);
  const sent = ids.length > 0 ? await readGifts(ctx, userId, ids) : [];
  const giftOf = new Map(sent.map((gift) => [gift.id, gift]));
  return entries.map((entry) => presentEntry(entry, giftOf.get(entry.refId)));
}

function readGifts(ctx: Context, userId: string, ids: readonly string[]) {
  return ctx.db
    .select({
      id: giftsSent.id,
      quantity: giftsSent.quantity,
      message: sql<string | null>`CASE WHEN words_hidden_at IS NULL THEN message END`,
      gift: { id: gifts.id, name: gifts.name },
      sender: cardColumnsFor({ userId }),
    })
    .from(giftsSent)
    .leftJoin(gifts, eq(gifts.id, giftsSent.giftId))
    .leftJoin(users, eq(users.id, giftsSent.senderId))
    .where(sql`${giftsSent.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
}

type SentGift = Awaited<ReturnType<typeof readGifts>>[number];

function presentEntry({ transferId, kind, amount, balanceAfter, refId, at }: Entry, sent?: SentGift): EntryShape {
  return {
    id: transferId,
    kind: entryKindOf(kind),
    diamonds: amount,
    balanceAfter,
    refId,
    sender: sent?.sender ? presentCard(sent.sender) : null,
    gift: sent?.gift ?? null,
    quantity: sent?.gift ? sent.quantity : null,
    message: sent?.message ?? null,
    at: toIso(at),
  };
}
