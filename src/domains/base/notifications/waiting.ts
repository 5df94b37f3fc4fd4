/** Checks whether a thing still waits for staff: one look-up by its id. Takes no Context. */
import { type SQL, sql } from 'drizzle-orm';
import type { WaitingKind } from '@/contracts/staff-matters';
import { orderProblems, orders } from '@/domains/money/orders/tables';
import { payoutDetails, payouts } from '@/domains/money/payouts/tables';
import { products } from '@/domains/money/products/tables';
import { appeals } from '@/domains/operations/appeals/tables';
import { healthAlerts } from '@/domains/operations/platform/tables';
import { reports } from '@/domains/operations/reports/tables';
import { supportMessages, supportThreads } from '@/domains/operations/support-chat/tables';
import { tickets } from '@/domains/operations/tickets/tables';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { creatorApplications } from '@/domains/people/creators/tables';
import { guideApplications } from '@/domains/people/guides/tables';

/** A condition for each kind. @param id the thing's id */
const CONDITIONS: Readonly<Record<WaitingKind, (id: string) => SQL>> = {
  'report-waiting': (id) => sql`EXISTS (SELECT 1 FROM ${reports} WHERE id = ${id} AND status <> 'resolved')`,
  'appeal-waiting': (id) => sql`EXISTS (SELECT 1 FROM ${appeals} WHERE id = ${id} AND status = 'open')`,
  'ticket-waiting': (id) =>
    sql`EXISTS (SELECT 1 FROM ${tickets} WHERE id = ${id} AND status = 'open' AND merged_into IS NULL)`,
  'chat-waiting': (id) =>
    sql`EXISTS (SELECT 1 FROM ${supportMessages} AS asked
      JOIN ${supportThreads} AS asking ON asking.id = asked.thread_id AND asking.waiting_id = asked.id
      WHERE asked.id = ${id} AND asking.waiting_since IS NOT NULL)`,
  'application-waiting': (id) =>
    sql`(EXISTS (SELECT 1 FROM ${creatorApplications} WHERE id = ${id} AND status = 'PENDING')
    OR EXISTS (SELECT 1 FROM ${guideApplications} WHERE id = ${id} AND status = 'PENDING'))`,
  'payout-waiting': (id) => sql`(EXISTS (SELECT 1 FROM ${payouts} WHERE id = ${id} AND ${payoutWaits})
    OR EXISTS (SELECT 1 FROM ${payoutDetails} WHERE id = ${id} AND status = 'pending'))`,
  'product-waiting': (id) => sql`(EXISTS (SELECT 1 FROM ${products} WHERE id = ${id} AND status = 'review')
    OR EXISTS (SELECT 1 FROM ${orderProblems} WHERE order_id = ${id} AND status <> 'resolved')
    OR EXISTS (SELECT 1 FROM ${orders} WHERE id = ${id} AND cancelled_at IS NOT NULL AND paid_at IS NOT NULL
      AND reversed_minor + refunding_minor < amount_minor))`,
  'webhook-waiting': (id) =>
    sql`EXISTS (SELECT 1 FROM ${webhookEvents} WHERE id = ${id} AND state IN ('held', 'failed'))`,
  health: (part) => sql`EXISTS (SELECT 1 FROM ${healthAlerts} WHERE part = ${part})`,
};

export function isWaiting(kind: WaitingKind, id: string): SQL {
  return CONDITIONS[kind](id);
}

/**
 * Staff must decide on the cash-out, pay it by bank, put the platform's own account in order, or find out what the
 * provider did. For a query of `payouts`.
 */
export const payoutWaits: SQL = sql`(status = 'requested' OR (status = 'approved' AND (method = 'bank' OR refusals > 0))
  OR (status = 'processing' AND send_at IS NULL))`;
