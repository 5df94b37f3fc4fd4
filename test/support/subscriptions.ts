/** A creator's tier and a subscription to it, made through the API. */
import { env } from 'cloudflare:workers';
import { newId } from '@/shared/ids';
import { giveCoins, once } from './money';
import { asViewer, type Person } from './users';

export async function aTier(creator: Person, coinsPerMonth = 100, name = 'Friends'): Promise<string> {
  const { tiers } = (await creator.get('payment/tiers')).data;
  const { data } = await creator.put('payment/tiers', { tiers: [...tiers, { name, coinsPerMonth }] });
  return data.tiers.find((tier: { name: string }) => tier.name === name).id;
}

/** @param coins in the wallet before the first month is paid */
export async function aSubscriber(creator: Person, tierId: string, coins: number) {
  const viewer = await asViewer();
  await giveCoins(viewer.userId, coins);
  const { status, data } = await viewer.post('payment/subscribe', { creatorId: creator.userId, tierId }, once());
  if (status !== 201) throw new Error(`Not subscribed: ${status}`);
  return { ...viewer, subscriptionId: data.id as string };
}

/** Subscriptions that nobody paid, put straight into the database. */
export async function giveSubscribers(
  creatorId: string,
  userIds: readonly string[],
  { status = 'active', startedAt = Date.now() - 60_000 } = {},
): Promise<void> {
  const tierId = newId();
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO subscription_tiers (id, creator_id, name, coins_per_month, created_at, updated_at)
       VALUES (?, ?, 'Given', 100, 0, 0)`,
    ).bind(tierId, creatorId),
    env.DB.prepare(
      `INSERT INTO subscriptions (id, subscriber_id, creator_id, tier_id, coins_per_month, status, months, started_at,
         period_ends_at, idempotency_key, body_hash, created_at)
       SELECT ?1 || value, value, ?2, ?1, 100, ?3, 1, ?4, ?4, ?1 || value, '', ?4 FROM json_each(?5)`,
    ).bind(tierId, creatorId, status, startedAt, JSON.stringify(userIds)),
  ]);
}
