/**
 * For account deletion: makes the user's subscriptions, and those to the user, due for the next sweep, which ends them.
 * The user's tiers stay, without their texts.
 */

import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import { isOpenSubscription } from '@/domains/base/visibility/members';

/** Repeat each statement until it changes nothing. */
export function endSubscriptions(ctx: Context, userId: string, limit: SQL): Statement[] {
  const now = int(ctx.now());
  const due = (column: SQL) => sql`UPDATE subscriptions SET due_at = ${now} WHERE id IN (
    SELECT id FROM subscriptions WHERE ${column} = ${userId} AND ${isOpenSubscription()}
      AND (due_at IS NULL OR due_at > ${now}) ${limit})`;
  return [
    ctx.db.run(due(sql`subscriber_id`)),
    ctx.db.run(due(sql`creator_id`)),
    ctx.db.run(sql`UPDATE subscription_tiers SET active = 0, name = '', description = '' WHERE id IN (
      SELECT id FROM subscription_tiers WHERE creator_id = ${userId}
        AND (active = 1 OR name <> '' OR description <> '') ${limit})`),
  ];
}
