/**
 * Everything held about a user, as one JSON document with a list for each kind of data. It is read page by page, never
 * as a whole, and can be continued after any row.
 */

import { and, asc, eq, getTableColumns, gt, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Context } from '@/contracts/context';
import { roomTraces } from '@/domains/live/rooms/tables';
import { openAddress } from '@/domains/money/orders/present';
import { orders } from '@/domains/money/orders/tables';
import { listAccounts, walkHistory } from '@/ledger/history';
import { toIso } from '@/shared/time';
import type { Holding } from './holding';
import { HOLDINGS } from './holdings';
import type { ExportPlace, Position } from './tables';

const PAGE_SIZE = 1_000;
const ADDRESSES_PAGE_SIZE = 200;
/** The most messages that a room returns at once. */
const ROOM_PAGE_SIZE = 500;
/** Rooms that one part queries. They are queried one by one, and most may have too little to fill the part. */
const ROOMS_MAX = 100;
/** Columns that hold milliseconds although they are not named `…_at`. */
const TIMES: ReadonlySet<string> = new Set(['graceUntil', 'readThrough', 'scheduledFor']);
const BLANK = 0x20;

type Row = Readonly<Record<string, unknown>>;

interface Item {
  /** Null marks the place before a room is queried. */
  readonly row: Row | null;
  readonly position: Position;
}

interface List {
  readonly name: string;
  readonly read: (ctx: Context, userId: string, after: Position | null) => AsyncGenerator<readonly Item[]>;
}

const LISTS: readonly List[] = [
  ...HOLDINGS.map((holding): List => {
    return { name: holding.as, read: (ctx, userId, after) => readPages(ctx, holding, userId, after) };
  }),
  { name: 'orderAddresses', read: readOrderAddresses },
  { name: 'chatMessages', read: readChatMessages },
  { name: 'ledgerAccounts', read: readLedgerAccounts },
  { name: 'transfers', read: readTransfers },
];

/** The start of the document. */
export const START: ExportPlace = { list: HOLDINGS[0].as, after: null };

/**
 * Writes whole rows of the document until the next would exceed `bytesMax`, or `roomsMax` rooms were queried. If more
 * is left, it fills the rest with blanks, which JSON allows between rows, and `next` is where to continue. If `next` is
 * `from` itself, not even one row fitted.
 */
export async function writePart(
  ctx: Context,
  userId: string,
  from: ExportPlace,
  bytesMax: number,
  roomsMax = ROOMS_MAX,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; next: ExportPlace | null }> {
  const encoder = new TextEncoder();
  const bytes = new Uint8Array(bytesMax);
  let length = 0;
  let rooms = 0;
  let place: ExportPlace | null = from;
  for await (const pieces of readPieces(ctx, userId, from))
    for (const { text, next, asksRoom } of pieces) {
      const { read, written } = encoder.encodeInto(text, bytes.subarray(length));
      if (read < text.length) return { bytes: bytes.fill(BLANK, length), next: place };
      length += written;
      place = next;
      if (asksRoom && rooms === roomsMax) return { bytes: bytes.fill(BLANK, length), next };
      if (asksRoom) rooms += 1;
    }
  return { bytes: bytes.subarray(0, length), next: null };
}

/** The document's next characters, and the place after them; null at the end of the document. */
interface Piece {
  readonly text: string;
  readonly next: ExportPlace | null;
  readonly asksRoom?: boolean;
}

/** The usual response envelope, with a list for each kind of data. */
async function* readPieces(ctx: Context, userId: string, from: ExportPlace): AsyncGenerator<readonly Piece[]> {
  const first = LISTS.findIndex(({ name }) => name === from.list);
  if (first < 0) throw new Error(`No list ${from.list} in this version`);
  for (const [index, { name, read }] of LISTS.entries()) {
    if (index < first) continue;
    const after = index === first ? from.after : null;
    const opening = `${index === 0 ? '{"success":true,"data":{' : ','}${JSON.stringify(name)}:[`;
    let before = after === null || from.isEmpty ? opening : ',';
    for await (const items of read(ctx, userId, after))
      yield items.map(({ row, position }) => {
        const next = { list: name, after: position };
        if (row === null)
          return { text: '', next: before === opening ? { ...next, isEmpty: true } : next, asksRoom: true };
        const text = before + JSON.stringify(row);
        before = ',';
        return { text, next };
      });
    const following = LISTS[index + 1];
    const end = `${before === opening ? opening : ''}]${following ? '' : '}}'}`;
    yield [{ text: end, next: following ? { list: following.name, after: null } : null }];
  }
}

async function* readPages(
  ctx: Context,
  holding: Holding,
  userId: string,
  after: Position | null,
): AsyncGenerator<readonly Item[]> {
  const { table, tie, things, order, only } = holding;
  const columns: Record<string, SQLiteColumn> = getTableColumns(table);
  const places = order.map((column) => Object.keys(columns).find((name) => columns[name] === column) ?? '');
  const isTied = things ? sql`${tie} IN ${things(userId)}` : eq(tie, userId);
  for (let position: Position | null | undefined = after; ; ) {
    const rows: Row[] = await ctx.db
      .select(columns)
      .from(table)
      .where(and(isTied, only, position ? isBehind(order, position) : undefined))
      .orderBy(...order)
      .limit(PAGE_SIZE);
    const items = rows.map((row) => {
      // The columns of `order` are texts and integers.
      return { row: present(holding, columns, row), position: places.map((name) => row[name]) as Position };
    });
    yield items;
    if (rows.length < PAGE_SIZE) return;
    position = items.at(-1)?.position;
  }
}

function isBehind(order: readonly SQLiteColumn[], position: Position): SQL {
  const place = position.map((value) => sql`${value}`);
  return sql`(${sql.join([...order], sql`, `)}) > (${sql.join(place, sql`, `)})`;
}

function present({ without = [] }: Holding, columns: Readonly<Record<string, SQLiteColumn>>, row: Row): Row {
  const kept = Object.entries(row).filter(([name]) => !without.includes(name));
  return Object.fromEntries(
    kept.map(([name, value]) => {
      const isTime = typeof value === 'number' && (columns[name]?.name.endsWith('_at') || TIMES.has(name));
      // 0 means never.
      return [name, isTime ? (value === 0 ? null : toIso(value)) : value];
    }),
  );
}

/** Where the user's orders were sent: encrypted, and erased 90 days later. */
async function* readOrderAddresses(
  ctx: Context,
  userId: string,
  after: Position | null,
): AsyncGenerator<readonly Item[]> {
  const { id, address } = orders;
  for (let last = String(after?.[0] ?? ''); ; ) {
    const rows = await ctx.db
      .select({ id, address })
      .from(orders)
      .where(and(eq(orders.userId, userId), isNotNull(address), gt(id, last)))
      .orderBy(asc(id))
      .limit(ADDRESSES_PAGE_SIZE);
    yield await Promise.all(
      rows.map(async (row) => ({ row: { orderId: row.id, ...(await openAddress(ctx, row)) }, position: [row.id] })),
    );
    if (rows.length < ADDRESSES_PAGE_SIZE) return;
    last = rows.at(-1)?.id ?? last;
  }
}

/** Reads chat room by room, from rooms that still exist: chat is deleted with its room. */
async function* readChatMessages(
  ctx: Context,
  userId: string,
  after: Position | null,
): AsyncGenerator<readonly Item[]> {
  const [begunId, begunSeq] = after ?? [];
  if (begunId) yield* readMessagesIn(ctx, String(begunId), userId, Number(begunSeq));
  for (let last = String(begunId ?? ''); ; ) {
    const rooms = await ctx.db
      .select({ id: roomTraces.roomId })
      .from(roomTraces)
      .where(and(eq(roomTraces.userId, userId), gt(roomTraces.roomId, last)))
      .orderBy(asc(roomTraces.roomId))
      .limit(PAGE_SIZE);
    for (const { id } of rooms) {
      yield [{ row: null, position: [id, 0] }];
      yield* readMessagesIn(ctx, id, userId, 0);
    }
    if (rooms.length < PAGE_SIZE) return;
    last = rooms.at(-1)?.id ?? last;
  }
}

async function* readMessagesIn(
  ctx: Context,
  roomId: string,
  userId: string,
  afterSeq: number,
): AsyncGenerator<readonly Item[]> {
  for (let last = afterSeq; ; ) {
    const messages = await ctx.rooms(roomId).messagesOf(userId, last, ROOM_PAGE_SIZE);
    yield messages.map(({ id, seq, streamId, text, at }) => {
      return { row: { id, streamId, text, createdAt: toIso(at) }, position: [roomId, seq] };
    });
    if (messages.length < ROOM_PAGE_SIZE) return;
    last = messages.at(-1)?.seq ?? last;
  }
}

async function* readLedgerAccounts(
  ctx: Context,
  userId: string,
  after: Position | null,
): AsyncGenerator<readonly Item[]> {
  const accounts = await listAccounts(ctx, userId);
  const written = accounts.findIndex(({ id }) => id === after?.[0]) + 1;
  yield accounts.slice(written).map(({ id, kind, unit, balance }) => {
    return { row: { kind, unit, balance }, position: [id] };
  });
}

/** Reads account by account, newest transfer first: an account's history is linked backwards. */
async function* readTransfers(ctx: Context, userId: string, after: Position | null): AsyncGenerator<readonly Item[]> {
  const accounts = await listAccounts(ctx, userId);
  const [begunId, goesOn] = after ?? [];
  const first = Math.max(
    0,
    accounts.findIndex(({ id }) => id === begunId),
  );
  for (const { id, kind: account, lastTransferId } of accounts.slice(first)) {
    let transferId = id === begunId ? goesOn : lastTransferId;
    while (typeof transferId === 'number') {
      const entries = await walkHistory(ctx, [{ accountId: id, transferId }], PAGE_SIZE);
      yield entries.map(({ transferId: entryId, kind, unit, amount, balanceAfter, refType, refId, at, previousId }) => {
        const what = { id: entryId, account, kind, unit, amount, balanceAfter, refType, refId };
        return { row: { ...what, createdAt: toIso(at) }, position: [id, previousId] };
      });
      transferId = entries.at(-1)?.previousId;
    }
  }
}
