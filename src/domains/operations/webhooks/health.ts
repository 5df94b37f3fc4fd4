/** Tells whether a provider's events can arrive, and when the last one did. */
import { desc, eq, max } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { toIsoOrNull } from '@/shared/time';
import { type WebhookProvider, webhookEvents } from './tables';

/** The newest events to look at, since the endpoint is public. A provider without one of them shows null. */
const RECENT_EVENTS_MAX = 500;

export async function webhookHealth(ctx: Context, provider: WebhookProvider, secretConfigured: boolean) {
  const recent = ctx.db
    .select({ provider: webhookEvents.provider, receivedAt: webhookEvents.receivedAt })
    .from(webhookEvents)
    .orderBy(desc(webhookEvents.id))
    .limit(RECENT_EVENTS_MAX)
    .as('recent');
  const [row] = await ctx.db
    .select({ lastEventAt: max(recent.receivedAt) })
    .from(recent)
    .where(eq(recent.provider, provider));
  return { status: 'ok' as const, secretConfigured, lastEventAt: toIsoOrNull(row?.lastEventAt ?? null) };
}
