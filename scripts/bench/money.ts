/** Measures the hot paths of money in D1: a gift, a purchase's webhook and a cash-out, each with all its effects. */
import { randomUUID } from 'node:crypto';
import { authenticatorOf, codeOf } from '../local/authenticator.ts';
import { importSource } from '../local/bundle.ts';
import { Client, waitFor } from '../local/client.ts';
import { VARS } from './plan.ts';

/** A measured step. `prepare` sets up what it needs and is not measured. */
export interface Asked {
  readonly name: string;
  readonly prepare?: () => Promise<unknown>;
  ask(time: number): Promise<unknown>;
}

/** A gift that migration 0009 inserts. */
const ROSE = '01900000-0000-7000-9001-000000000001';
const PAYOUT_DIAMONDS = 1_000;

const once = (client: Client) => client.as({ 'idempotency-key': randomUUID() });

/** @param streamId the creator's live stream */
export async function moneySteps(
  origin: string,
  database: D1Database,
  { viewer, creator, streamId }: { viewer: Client; creator: Client; streamId: string },
): Promise<Asked[]> {
  const { paidEvent } = await importSource<typeof import('./payment.ts')>('scripts/bench/payment.ts');
  const vars = { ...VARS, PUBLIC_URL: origin };
  const authenticator = authenticatorOf(VARS.DEMO_TOTP_SECRET);
  const owner = await new Client(origin).signIn(VARS.OWNER_EMAIL ?? '', VARS.DEMO_PASSWORD, authenticator);
  const [largest] = (await viewer.call('GET', '/payment/packages')).items.toReversed();
  const buy = () =>
    once(viewer).call('POST', '/payment/purchase', {
      packageId: largest.id,
      successUrl: origin,
      cancelUrl: origin,
    });
  /** Queries the database directly, so the counter does not see it. */
  const settled = (what: string, query: string) =>
    waitFor(what, async () =>
      (await database.prepare(query).first<{ left: number }>())?.left === 0 ? true : undefined,
    );
  const outboxIsEmpty = () => settled('the outbox to be empty', 'SELECT count(*) AS left FROM outbox');
  const pay = async (purchase: { id: string; amountMinor: number; currency: string }) => {
    await fetch(await paidEvent(vars, purchase));
    await settled('the event', `SELECT count(*) AS left FROM webhook_events WHERE state = 'stored'`);
    await outboxIsEmpty();
  };
  let purchase = await buy();
  await pay(purchase);
  const castle = (await viewer.call('GET', '/payment/gifts')).items.at(-1);
  for (let bought = 0; bought < 2; bought += 1) await pay(await buy());
  for (let given = 0; given < 6; given += 1)
    await once(viewer).call('POST', '/payment/gift', { giftId: castle.id, streamId });
  await outboxIsEmpty();
  let payoutId = '';
  const askForPayout = async () => {
    const request = { source: 'diamonds', diamonds: PAYOUT_DIAMONDS, method: 'bank' };
    ({ id: payoutId } = await once(creator).call('POST', '/payment/payout', request));
    // Otherwise each approval would wait half a minute for its code.
    await database.prepare('UPDATE users SET totp_last_step = 0').run();
  };
  const approve = async () => {
    await owner.call('PUT', `/owner/panel/cashouts/${payoutId}/approve`, { code: codeOf(VARS.DEMO_TOTP_SECRET) });
    await outboxIsEmpty();
  };
  return [
    {
      name: 'gift in a live room',
      ask: async () => {
        await once(viewer).call('POST', '/payment/gift', { giftId: ROSE, streamId });
        await outboxIsEmpty();
      },
    },
    {
      name: "purchase's webhook",
      prepare: async () => {
        purchase = await buy();
      },
      ask: () => pay(purchase),
    },
    { name: 'cash-out, asked for', ask: askForPayout },
    {
      name: 'cash-out, approved',
      prepare: askForPayout,
      ask: approve,
    },
    {
      name: 'cash-out, paid by bank',
      prepare: async () => {
        await askForPayout();
        await approve();
      },
      ask: async () => {
        await owner.call('PUT', `/owner/panel/cashouts/${payoutId}/paid`, { reference: 'BENCH' });
        await outboxIsEmpty();
      },
    },
  ];
}
