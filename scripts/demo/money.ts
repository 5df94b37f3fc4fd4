/** The money part of the demo: buying coins with a code, giving in the room, cashing out, and proving the ledger. */
import { randomUUID } from 'node:crypto';
import { authenticatorOf } from '../local/authenticator.ts';
import { importSource } from '../local/bundle.ts';
import { type Client, waitFor } from '../local/client.ts';
import type { Show, Stage } from './creator.ts';
import type { Crowd } from './crowd.ts';
import { expectSame, tell } from './show.ts';

const { formatMinor } = await importSource<typeof import('@/shared/currency')>('src/shared/currency.ts');

const CODE = 'WELCOME10';
const PACKAGE = 'Vault';
const GIFT = 'Castle';
const TIP_COINS = 250;
/** Longer than the queue's own delays. */
export const PATIENCE_MS = 30_000;

/** Adds the idempotency key that requests with money need, so that a repeat moves no money. */
export function once(client: Client, key: string = randomUUID()): Client {
  return client.as({ 'idempotency-key': key });
}

/** The first viewer buys coins in the sandbox, with a discount code. */
export async function buyCoins(stage: Stage, crowd: Crowd): Promise<void> {
  const buyer = firstOf(crowd);
  const offer = await findOffer(stage, PACKAGE);
  const { bonusCoins } = await buyer.api.call('POST', '/discount/validate', { code: CODE, packageId: offer.id });
  tell(
    `${buyer.name} looks at "${offer.name}": ${offer.coins} coins and a bonus of ${offer.bonusCoins}. ${CODE} adds ${bonusCoins}.`,
  );
  const order = { packageId: offer.id, discountCode: CODE };
  const key = randomUUID();
  const { purchaseId, checkoutUrl } = await beginPurchase(stage, buyer.api, order, key);
  const again = await beginPurchase(stage, buyer.api, order, key);
  expectSame('Sending the same request twice makes one purchase', again.purchaseId, purchaseId);
  expectSame('Coins before the provider confirms the payment', (await walletOf(buyer.api)).coins, 0);

  const status = await decide(stage, checkoutUrl, 'pay');
  expectSame("Paid on the sandbox's page, whose signed event is accepted with", status, 200);
  const coins = offer.coins + offer.bonusCoins + bonusCoins;
  await waitFor('the coins', async () => (await walletOf(buyer.api)).coins === coins || undefined, PATIENCE_MS);
  expectSame(`${buyer.name}'s coins`, (await walletOf(buyer.api)).coins, coins);
}

export async function findOffer({ anyone }: Stage, wanted: string) {
  const { items } = await anyone.call('GET', '/payment/packages');
  return items.find(({ name }: { name: string }) => name === wanted);
}

export function beginPurchase(
  { origin, vars }: Stage,
  buyer: Client,
  order: { readonly packageId: string; readonly discountCode?: string },
  key?: string,
) {
  const frontend = vars.FRONTEND_URL || origin;
  const urls = { successUrl: `${frontend}/thanks`, cancelUrl: frontend };
  return once(buyer, key).call('POST', '/payment/purchase', { ...order, ...urls });
}

/** Presses a button of the sandbox's page, and returns the status of its answer. */
export async function decide(
  { origin }: Stage,
  checkoutUrl: string,
  decision: 'pay' | 'lose-dispute',
): Promise<number> {
  const { status } = await fetch(new URL(new URL(checkoutUrl).pathname, origin), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ decision }),
  });
  return status;
}

/** Sends a gift and a tip, which everyone in the room sees. */
export async function giveInTheRoom(
  { anyone }: Stage,
  creator: Client,
  { streamId }: Show,
  crowd: Crowd,
): Promise<void> {
  const giver = firstOf(crowd);
  const before = await walletOf(creator);
  const { coins: had } = await walletOf(giver.api);
  const { items } = await anyone.call('GET', '/payment/gifts');
  const gift = items.find(({ name }: { name: string }) => name === GIFT);
  const sent = await once(giver.api).call('POST', '/payment/gift', {
    giftId: gift.id,
    quantity: 1,
    streamId,
    message: 'Bravo!',
  });
  const tip = await once(giver.api).call('POST', '/payment/tip', { streamId, coins: TIP_COINS });
  for (const socket of crowd.sockets)
    for (const { id } of [sent, tip]) await socket.waitForEvent('gift-sent', (event) => event.id === id);
  expectSame(
    `Viewers in the room who saw the ${gift.icon} ${gift.name} and a tip`,
    crowd.sockets.length,
    crowd.sockets.length,
  );
  expectSame(`Coins that ${giver.name} has left`, (await walletOf(giver.api)).coins, had - gift.coins - TIP_COINS);
  const diamonds = gift.coins / 2 + TIP_COINS / 2;
  expectSame('Diamonds that the creator earned', (await walletOf(creator)).diamonds - before.diamonds, diamonds);

  const poor = crowd.viewers[1];
  if (!poor) throw new Error('There is no second viewer');
  const refused = await once(poor.api).try('POST', '/payment/tip', { streamId, coins: TIP_COINS });
  expectSame(
    `${poor.name}, who has no coins, is refused`,
    [refused.status, refused.error?.code],
    [402, 'NOT_ENOUGH_COINS'],
  );
}

/** The creator requests a cash-out, the owner approves and pays it, and the ledger is proven. Returns the owner. */
export async function cashOut({ anyone, vars }: Stage, creator: Client): Promise<Client> {
  const authenticator = authenticatorOf(vars.DEMO_TOTP_SECRET);
  const owner = await anyone.signIn(vars.OWNER_EMAIL ?? 'owner@footlight.test', vars.DEMO_PASSWORD, authenticator);
  const before = await walletOf(creator);
  const request = { source: 'diamonds', diamonds: 1_000, method: 'bank' };
  const { id, amountMinor, currency } = await once(creator).call('POST', '/earnings/cashout/request', request);
  tell(`The creator cashes out ${request.diamonds} diamonds: ${formatMinor(amountMinor, currency)} after the fee.`);
  expectSame(
    'They are held at once, which leaves',
    (await walletOf(creator)).diamonds,
    before.diamonds - request.diamonds,
  );
  const approve = (body: object) => owner.try('PUT', `/owner/panel/cashouts/${id}/approve`, body);
  const bare = await approve({});
  expectSame(
    'Without a code from the authenticator app, the owner is refused',
    [bare.status, bare.error?.code],
    [403, 'TOTP_REQUIRED'],
  );
  const approved = await authenticator((code) => approve({ code }));
  expectSame('With a code, the cash-out is', approved.data?.status, 'approved');
  expectSame('A second click is refused with', (await approve({})).status, 409);
  const paid = await owner.call('PUT', `/owner/panel/cashouts/${id}/paid`, { reference: 'DEMO-BANK-1' });
  expectSame('Once the owner has sent the money, the cash-out is', paid.status, 'paid');

  const proof = await prove(owner);
  expectSame(`The ledger is proven over ${proof.transfers} transfers`, [proof.state, proof.findings], ['clean', []]);
  return owner;
}

export async function prove(owner: Client) {
  const started = await owner.try('POST', '/owner/panel/ledger/audit', { whole: true });
  if (started.status !== 202 && started.status !== 409)
    throw new Error(`The proof did not start: ${started.error?.message}`);
  return waitFor(
    'the proof',
    async () => {
      const { last } = await owner.call('GET', '/owner/panel/ledger/audit');
      return last && (started.status === 409 || last.id === started.data.id) ? last : undefined;
    },
    PATIENCE_MS,
  );
}

export function walletOf(client: Client) {
  return client.call('GET', '/payment/wallet');
}

function firstOf(crowd: Crowd) {
  const [first] = crowd.viewers;
  if (!first) throw new Error('There is no viewer');
  return first;
}
