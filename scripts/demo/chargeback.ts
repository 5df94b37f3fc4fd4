/** The demo's chargeback: a gift is paid for with money that the bank takes back, and what follows from it. */
import { type Client, waitFor } from '../local/client.ts';
import type { Show, Stage } from './creator.ts';
import type { Crowd } from './crowd.ts';
import { beginPurchase, decide, findOffer, once, PATIENCE_MS, prove, walletOf } from './money.ts';
import { expectSame, tell } from './show.ts';

const PACKAGE = 'Vault';
const GIFT = 'Castle';

/** A viewer buys coins and gives a gift. Then the bank reverses the payment. */
export async function chargeBack(
  stage: Stage,
  { creator, owner }: { readonly creator: Client; readonly owner: Client },
  { streamId }: Show,
  crowd: Crowd,
): Promise<void> {
  const thief = crowd.viewers[1];
  if (!thief) throw new Error('There is no second viewer');
  const { name, api } = thief;
  const { diamonds: before } = await walletOf(creator);
  const offer = await findOffer(stage, PACKAGE);
  const { checkoutUrl } = await beginPurchase(stage, api, { packageId: offer.id });
  await decide(stage, checkoutUrl, 'pay');
  const coins = offer.coins + offer.bonusCoins;
  await waitFor('the coins', async () => (await walletOf(api)).coins === coins || undefined, PATIENCE_MS);
  const { items } = await stage.anyone.call('GET', '/payment/gifts');
  const gift = items.find((one: { name: string }) => one.name === GIFT);
  await once(api).call('POST', '/payment/gift', { giftId: gift.id, quantity: 1, streamId });
  const earned = gift.coins / 2;
  tell(`${name} pays for ${coins} coins with a stolen card, and gives a ${gift.icon} ${gift.name}.`);
  expectSame('Diamonds that the creator earned by it', (await walletOf(creator)).diamonds - before, earned);

  expectSame(
    'The bank takes the money back. Its signed event is accepted with',
    await decide(stage, checkoutUrl, 'lose-dispute'),
    200,
  );
  await waitFor('the reversal', async () => (await walletOf(api)).owed > 0 || undefined, PATIENCE_MS);
  const wallet = await walletOf(api);
  expectSame(`${name}'s coins, and the coins that ${name} owes`, [wallet.coins, wallet.owed], [0, gift.coins]);
  const again = await once(api).try('POST', '/payment/tip', { streamId, coins: 10 });
  expectSame(`${name} cannot give anything more`, [again.status, again.error?.code], [402, 'NOT_ENOUGH_COINS']);

  const { diamonds: after } = await walletOf(creator);
  expectSame('Diamonds that the creator has left of the gift', after - before, 0);
  const request = { source: 'diamonds', diamonds: before + earned, method: 'bank' };
  const refused = await once(creator).try('POST', '/earnings/cashout/request', request);
  expectSame(
    `A cash-out of ${request.diamonds} diamonds, with the gift's among them, is refused`,
    [refused.status, refused.error?.code],
    [409, 'NOT_ENOUGH_DIAMONDS'],
  );
  const proof = await prove(owner);
  expectSame(`The ledger is proven over ${proof.transfers} transfers`, [proof.state, proof.findings], ['clean', []]);
}
