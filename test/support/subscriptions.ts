/** A creator's tier and a subscription to it, made through the API. */
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
