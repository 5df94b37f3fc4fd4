/**
 * Everything that is held about a user, as one document that is written while it is read: a page of rows at a time,
 * never the whole in memory. A fault in the middle breaks the document off, so that nobody takes a part for the whole.
 */
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Context } from '@/context';
import { listAccounts, type Place, walkHistory } from '@/ledger/history';
import { toDay, toIso } from '@/shared/time';
import { HOLDINGS, type Holding } from './holdings';

/** A request may ask D1 a thousand times: enough for some 900,000 rows. */
const PAGE_SIZE = 1_000;
/** Columns of milliseconds that are not named `…_at`. */
const TIMES: ReadonlySet<string> = new Set(['graceUntil', 'readThrough', 'scheduledFor']);

type Row = Readonly<Record<string, unknown>>;

export function exportAccount(ctx: Context, userId: string): Response {
  const parts = writeDocument(ctx, userId);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        ctx.log.fault('export', error);
        controller.error(error);
      }
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
  ctx.log.event('account.exported', { userId });
  return new Response(body, {
    headers: {
      'content-type': 'application/json',
      'content-disposition': `attachment; filename="footlight-${toDay(ctx.now())}.json"`,
      'cache-control': 'private, no-store',
    },
  });
}

/** The envelope of every answer, with a list for each kind of thing. */
async function* writeDocument(ctx: Context, userId: string): AsyncGenerator<string, void> {
  const lists: readonly (readonly [string, AsyncGenerator<readonly Row[]>])[] = [
    ...HOLDINGS.map((holding) => [holding.as, readPages(ctx, holding, userId)] as const),
    ['ledgerAccounts', readLedgerAccounts(ctx, userId)],
    ['transfers', readTransfers(ctx, userId)],
  ];
  yield '{"success":true,"data":{';
  for (const [index, [name, pages]] of lists.entries()) {
    yield `${index === 0 ? '' : ','}${JSON.stringify(name)}:[`;
    let isFirst = true;
    for await (const rows of pages) {
      const text = rows.map((row) => JSON.stringify(row)).join(',');
      if (text !== '') yield isFirst ? text : `,${text}`;
      isFirst &&= text === '';
    }
    yield ']';
  }
  yield '}}';
}

async function* readPages(ctx: Context, holding: Holding, userId: string): AsyncGenerator<readonly Row[]> {
  const { table, tie, things, order, only } = holding;
  const columns: Record<string, SQLiteColumn> = getTableColumns(table);
  const nameOf = (column: SQLiteColumn) => Object.keys(columns).find((name) => columns[name] === column) ?? '';
  const places = order.map(nameOf);
  const isTied = things ? sql`${tie} IN ${things(userId)}` : eq(tie, userId);
  for (let after: SQL | undefined; ; ) {
    const rows: Row[] = await ctx.db
      .select(columns)
      .from(table)
      .where(and(isTied, only, after))
      .orderBy(...order)
      .limit(PAGE_SIZE);
    yield rows.map((row) => present(holding, columns, row));
    const last = rows.at(-1);
    if (!last || rows.length < PAGE_SIZE) return;
    const place = places.map((name) => sql`${last[name]}`);
    after = sql`(${sql.join([...order], sql`, `)}) > (${sql.join(place, sql`, `)})`;
  }
}

function present({ without = [] }: Holding, columns: Readonly<Record<string, SQLiteColumn>>, row: Row): Row {
  const kept = Object.entries(row).filter(([name]) => !without.includes(name));
  return Object.fromEntries(
    kept.map(([name, value]) => {
      const isTime = typeof value === 'number' && (columns[name]?.name.endsWith('_at') || TIMES.has(name));
      // 0 stands for never.
      return [name, isTime ? (value === 0 ? null : toIso(value)) : value];
    }),
  );
}

async function* readLedgerAccounts(ctx: Context, userId: string): AsyncGenerator<readonly Row[]> {
  const accounts = await listAccounts(ctx, userId);
  yield accounts.map(({ kind, unit, balance }) => ({ kind, unit, balance }));
}

/** The newest first, account by account: an account's history is walked backwards. */
async function* readTransfers(ctx: Context, userId: string): AsyncGenerator<readonly Row[]> {
  for (const { id, kind: account, lastTransferId } of await listAccounts(ctx, userId)) {
    let place: Place | undefined = lastTransferId === null ? undefined : { accountId: id, transferId: lastTransferId };
    while (place) {
      const entries = await walkHistory(ctx, [place], PAGE_SIZE);
      yield entries.map(({ transferId, kind, unit, amount, balanceAfter, refType, refId, at }) => {
        return { id: transferId, account, kind, unit, amount, balanceAfter, refType, refId, createdAt: toIso(at) };
      });
      const previousId = entries.at(-1)?.previousId ?? null;
      place = previousId === null ? undefined : { accountId: id, transferId: previousId };
    }
  }
}
