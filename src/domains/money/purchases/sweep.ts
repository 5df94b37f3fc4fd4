/**
 * What the minute's cron does for purchases: asks the provider what has become of a checkout that is over and of which
 * no event has come, and lets go of those of which nothing ever will.
 */

import { asc, inArray, lte, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PaymentEvent } from '@/contracts/payments';
import { int } from '@/db/sql';
import { AppError } from '@/http/errors';
import { DAY_MS, MINUTE_MS } from '@/shared/time';
import { applyPaymentEvent } from './apply';
import type { PurchaseEvent } from './facts';
import { HeldForStaff } from './held';
import type { PurchaseRow } from './tables';
import { purchases } from './tables';

/** Below the six connections that a request may have open; what is learnt of each takes some twenty statements. */
const ASKED_AT_ONCE = 5;
/** The next time is as far away as the checkout's end lies back, and no nearer than this. */
const DELAY_MS_MIN = 5 * MINUTE_MS;
/** Of which the provider knows nothing by then, it never will. */
const GIVEN_UP_AFTER_MS = DAY_MS;

/** True: there is more. */
export async function askAboutPurchases(ctx: Context): Promise<boolean> {
  const due = await claimDue(ctx);
  await Promise.all(due.map((purchase) => ask(ctx, purchase)));
  return due.length === ASKED_AT_ONCE;
}

/** Chosen and put off in one statement, so that two sweeps at once ask about none twice. */
function claimDue(ctx: Context): Promise<PurchaseRow[]> {
  const now = int(ctx.now());
  const due = ctx.db
    .select({ id: purchases.id })
    .from(purchases)
    .where(lte(purchases.askAt, ctx.now()))
    .orderBy(asc(purchases.askAt))
    .limit(ASKED_AT_ONCE);
  return ctx.db
    .update(purchases)
    .set({ askAt: sql`${now} + max(${int(DELAY_MS_MIN)}, ${now} - ${purchases.expiresAt})` })
    .where(inArray(purchases.id, due))
    .returning();
}

/** What fails is asked again. */
async function ask(ctx: Context, purchase: PurchaseRow): Promise<void> {
  const where = `purchase ${purchase.id}`;
  try {
    const outcome = await findOutcome(ctx, purchase);
    if (outcome) await applyPaymentEvent(ctx, purchase.provider, outcome);
  } catch (error) {
    if (error instanceof AppError) return ctx.log.warning(where, error.code);
    if (error instanceof HeldForStaff)
      return ctx.log.event('purchase.held', { purchaseId: purchase.id, because: error.message });
    ctx.log.fault(where, error);
  }
}

/** Throws PAYMENT_UNAVAILABLE. */
async function findOutcome(ctx: Context, purchase: PurchaseRow): Promise<PurchaseEvent | undefined> {
  const { id, provider: name, checkoutId, expiresAt } = purchase;
  const expired = { type: 'expired', purchaseId: id, paymentId: null } as const;
  // Nobody was ever sent to a checkout: the request was killed before there was one.
  if (checkoutId === null) return expired;
  const isGivenUp = ctx.now() >= expiresAt + GIVEN_UP_AFTER_MS;
  const provider = ctx.payments.of(name);
  const outcome = await provider?.findOutcome(id, checkoutId);
  if (isGivenUp && (outcome === undefined || outcome.type === 'failed')) return expired;
  return outcome && isOfPurchase(outcome) ? outcome : undefined;
}

function isOfPurchase(event: PaymentEvent): event is PurchaseEvent {
  return event.type !== 'payout-account';
}
