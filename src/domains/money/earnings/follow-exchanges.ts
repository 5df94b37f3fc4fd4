/**
 * Undoes exchanges whose diamonds were taken back after they had become coins, and carries them out again if the
 * diamonds return. Without this, a creator could keep the coins of a reversed payment.
 */

import { and, asc, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit, requireChange, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { convert } from '@/domains/base/economy/rates';
import { balanceOf, post, readBalance, type Transfer } from '@/ledger/transfers';
import { reverseLot } from './reversals';
import { type ExchangeRow, exchanges } from './tables';

/** Diamonds that were taken from a creator, or came back to them. */
export interface TakenDiamonds {
  readonly userId: string;
  readonly diamonds: number;
  /** They came back. */
  readonly restored: boolean;
  /** How many of them were followed already. */
  readonly followed: number;
  /** Records how many were followed. Changes nothing unless it is still `from`. */
  mark(from: number, to: number): Statement;
}

/** Safe to repeat. Throws DEMAND_NOT_MET if another message changes the same rows or balance; it is then retried. */
export async function followExchanges(ctx: Context, taken: TakenDiamonds): Promise<void> {
  let { followed } = taken;
  for (;;) {
    // A debt is followed whole, since rewards may have fallen with the earnings. What comes back has its amount.
    const open = taken.restored ? taken.diamonds - followed : Number.POSITIVE_INFINITY;
    const [balance, exchange] = await Promise.all([
      readBalance(ctx, taken.userId, 'earnings', 'diamond'),
      findExchange(ctx, taken),
    ]);
    const diamonds = exchange ? Math.min(open, movable(balance, exchange, taken.restored)) : 0;
    if (!exchange || diamonds <= 0) return;
    await move(ctx, taken, followed, exchange, diamonds);
    followed += diamonds;
  }
}

/** How many diamonds of this exchange can be undone, or exchanged again. */
function movable(balance: number, { diamonds, reversedDiamonds }: ExchangeRow, restored: boolean): number {
  return restored ? Math.min(balance, reversedDiamonds) : Math.min(-balance, diamonds - reversedDiamonds);
}

/** The newest exchange is undone first, and the oldest undone one is carried out again first. */
async function findExchange(ctx: Context, { userId, restored }: TakenDiamonds): Promise<ExchangeRow | undefined> {
  const { reversedDiamonds, diamonds } = exchanges;
  // The partial index needs the literal.
  const isOpen: SQL = restored ? sql`${reversedDiamonds} > 0` : lt(reversedDiamonds, diamonds);
  return ctx.db
    .select()
    .from(exchanges)
    .where(and(eq(exchanges.userId, userId), eq(exchanges.traced, true), isOpen))
    .orderBy(restored ? asc(exchanges.id) : desc(exchanges.id))
    .limit(1)
    .get();
}

async function move(
  ctx: Context,
  { restored, mark }: TakenDiamonds,
  followed: number,
  exchange: ExchangeRow,
  diamonds: number,
): Promise<void> {
  const { id, userId } = exchange;
  const reversedDiamonds = exchange.reversedDiamonds + (restored ? -diamonds : diamonds);
  const reversedCoins = convert(exchange.coins, { numerator: reversedDiamonds, denominator: exchange.diamonds });
  const coins = Math.abs(reversedCoins - exchange.reversedCoins);
  const kind = restored ? 'restored' : 'reversal';
  const moves = [
    { kind: `exchange_diamonds_${kind}`, amount: diamonds },
    { kind: `exchange_coins_${kind}`, amount: coins },
  ] as const;
  const transfers = moves
    .filter(({ amount }) => amount > 0)
    .map(
      (one, index): Transfer => ({ ...one, refType: 'exchange', refId: id, leg: exchange.legs + index + 1, userId }),
    );
  const lot = reverseLot(ctx, { sourceType: 'exchange', sourceId: id, userId, coins: reversedCoins });
  const isAsRead = and(eq(exchanges.id, id), eq(exchanges.legs, exchange.legs));
  await commit(
    ctx,
    [
      mark(followed, followed + diamonds),
      requireChange(ctx),
      ctx.db
        .update(exchanges)
        .set({ reversedDiamonds, reversedCoins, legs: exchange.legs + transfers.length })
        .where(isAsRead),
      requireChange(ctx),
      ...(restored ? [] : [requireThat(ctx, isOwed(userId, diamonds))]),
      ...post(ctx, transfers),
      ...lot.statements,
    ],
    { events: [lot.event, noticeOf({ exchangeId: id, userId, diamonds, coins, restored })] },
  );
  ctx.log.event(`exchange.${restored ? 'restored' : 'reversed'}`, { exchangeId: id, diamonds, coins });
}

/** Another reversal's step, or new earnings, may have covered the debt since it was read. */
function isOwed(userId: string, diamonds: number): SQL {
  return sql`-${balanceOf('earnings', 'diamond', userId)} >= ${int(diamonds)}`;
}

interface Moved {
  readonly exchangeId: string;
  readonly userId: string;
  readonly diamonds: number;
  readonly coins: number;
  readonly restored: boolean;
}

function noticeOf({ userId, restored, ...data }: Moved): OutboxEvent {
  return noticeTo(userId, restored ? 'earnings-restored' : 'earnings-reversed', data);
}
