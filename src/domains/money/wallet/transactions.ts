/**
 * Lists a user's transfers over all their accounts, newest first. The cursor holds where each account's history
 * continues. Clients can make up cursors, so every place in one is verified.
 */
import { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { decodeCursor, encodeCursor } from '@/http/envelope';
import { httpError } from '@/http/errors';
import {
  areInHistory,
  type Entry,
  type HistoryPlace,
  type LedgerAccount,
  listAccounts,
  walkHistory,
} from '@/ledger/history';
import { toIso } from '@/shared/time';
import { describeTransfer } from './descriptions';
import type { Transaction, TransactionsQuery } from './schemas';

/** Throws CURSOR_INVALID. */
export async function listTransactions(ctx: Context, userId: string, query: z.output<typeof TransactionsQuery>) {
  const { cursor, perPage, unit } = query;
  const list = `transactions ${unit ?? ''}`;
  const accounts = (await listAccounts(ctx, userId)).filter((account) => unit === undefined || account.unit === unit);
  const places = cursor === undefined ? beginningsOf(accounts) : await readPlaces(ctx, accounts, list, cursor);
  const entries = places.length > 0 ? await walkHistory(ctx, places, perPage) : [];
  const next = placesAfter(places, entries);
  const nextCursor =
    next.length > 0
      ? encodeCursor(
          list,
          next.flatMap(({ accountId, transferId }) => [accountId, transferId]),
        )
      : null;
  return { items: entries.map(present), pagination: { nextCursor, perPage } };
}

function beginningsOf(accounts: readonly LedgerAccount[]): HistoryPlace[] {
  return accounts.flatMap(({ id, lastTransferId }) =>
    lastTransferId === null ? [] : [{ accountId: id, transferId: lastTransferId }],
  );
}

/** Where each account continues after these entries; an account whose first transfer is among them is finished. */
function placesAfter(places: readonly HistoryPlace[], entries: readonly Entry[]): HistoryPlace[] {
  return places.flatMap((place) => {
    const oldest = entries.findLast(({ accountId }) => accountId === place.accountId);
    if (!oldest) return [place];
    return oldest.previousId === null ? [] : [{ accountId: place.accountId, transferId: oldest.previousId }];
  });
}

const ids = z.array(z.int().positive()).min(2);

async function readPlaces(
  ctx: Context,
  accounts: readonly LedgerAccount[],
  list: string,
  cursor: string,
): Promise<HistoryPlace[]> {
  const numbers = decodeCursor(list, ids, cursor);
  const places = accounts.flatMap(({ id }) => {
    // The cursor alternates account and transfer; each account appears at most once.
    const at = numbers.findIndex((number, index) => index % 2 === 0 && number === id);
    const transferId = numbers[at + 1];
    return at < 0 || transferId === undefined ? [] : [{ accountId: id, transferId }];
  });
  if (places.length * 2 !== numbers.length || !(await areInHistory(ctx, places))) throw httpError('CURSOR_INVALID');
  return places;
}

function present({ transferId, kind, at, ...entry }: Entry): z.input<typeof Transaction> {
  const { unit, amount, balanceAfter, refType, refId } = entry;
  return {
    ...{ id: String(transferId), kind, unit, amount, balanceAfter, refType, refId },
    description: describeTransfer(kind),
    createdAt: toIso(at),
  };
}
