/**
 * A creator's statement of one month (UTC), as a CSV file: everything that touched their diamonds, newest first, between
 * the closing and the opening balance. A month ends where the next begins, so each transfer is in one statement.
 */
import { addMonths } from 'date-fns';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { payouts } from '@/domains/money/payouts/tables';
import { csvResponse } from '@/http/csv';
import { invalid } from '@/http/validation';
import { type Entry, type HistoryPlace, walkHistory } from '@/ledger/history';
import { decimalOf } from '@/shared/currency';
import { toIso } from '@/shared/time';
import { entryKindOf } from './entry-kinds';
import { findLastBefore } from './places';

const PAGE_ROWS = 1_000;
const HEADER = [
  ...['date', 'kind', 'reference', 'diamonds', 'balance'],
  ...['sent', 'fee', 'currency', 'status'], // of cash-outs
];

/** The month that is running ends now. Throws VALIDATION_FAILED for one in the future. @param month 2026-11 */
export async function exportStatement(ctx: Context, userId: string, month: string): Promise<Response> {
  const startMs = Date.parse(month);
  const endMs = addMonths(startMs, 1).getTime();
  if (startMs > ctx.now()) throw invalid('month', 'must not be in the future');
  const [last, before] = await Promise.all([findLastBefore(ctx, userId, endMs), findLastBefore(ctx, userId, startMs)]);
  const months = { month, first: toIso(startMs), last: toIso(Math.min(endMs, ctx.now())) };
  return csvResponse(`earnings-${month}.csv`, HEADER, csvPages(ctx, months, last, before));
}

interface Bounds {
  readonly first: string;
  readonly last: string;
}

/** @param last the month's last transfer @param before the last one before the month */
async function* csvPages(
  ctx: Context,
  bounds: Bounds,
  last: HistoryPlace | undefined,
  before: HistoryPlace | undefined,
) {
  yield [balanceRow(bounds.last, 'closing-balance', await balanceAt(ctx, last))];
  for (let place = last; place && place.transferId !== before?.transferId; ) {
    const walked: Entry[] = await walkHistory(ctx, [place], PAGE_ROWS);
    const entries = walked.filter(({ transferId }) => transferId > (before?.transferId ?? 0));
    yield await rowsOf(ctx, entries);
    const next = walked.at(-1)?.previousId ?? null;
    const isOver = entries.length < walked.length || next === null;
    place = isOver ? undefined : { accountId: place.accountId, transferId: next };
  }
  yield [balanceRow(bounds.first, 'opening-balance', await balanceAt(ctx, before))];
}

async function balanceAt(ctx: Context, place: HistoryPlace | undefined): Promise<number> {
  const [entry] = place ? await walkHistory(ctx, [place], 1) : [];
  return entry?.balanceAfter ?? 0;
}

function balanceRow(at: string, kind: string, balance: number) {
  return [at, kind, null, null, balance, null, null, null, null];
}

/** Runs one more statement if there are cash-outs among them. */
async function rowsOf(ctx: Context, entries: readonly Entry[]) {
  const ids = entries.filter(({ refType }) => refType === 'payout').map(({ refId }) => refId);
  const paid = ids.length > 0 ? await readPayouts(ctx, ids) : [];
  const payoutOf = new Map(paid.map((payout) => [payout.id, payout]));
  return entries.map(({ at, kind, refId, amount, balanceAfter }) => {
    const payout = payoutOf.get(refId);
    const { currency = null, status = null } = payout ?? {};
    return [
      ...[toIso(at), entryKindOf(kind), refId, amount, balanceAfter],
      payout ? decimalOf(payout.amountMinor, payout.currency) : null,
      payout ? decimalOf(payout.feeMinor, payout.currency) : null,
      ...[currency, status],
    ];
  });
}

function readPayouts(ctx: Context, ids: readonly string[]) {
  const { id, amountMinor, feeMinor, currency, status } = payouts;
  return ctx.db
    .select({ id, amountMinor, feeMinor, currency, status })
    .from(payouts)
    .where(sql`${id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
}
