/**
 * Measures checkouts, beside a bare Worker that repeats the D1 calls of a recorded one. Both run in development, where
 * the payment provider is the sandbox, so no checkout waits for anyone else.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { BUNDLE, importSource } from '../local/bundle.ts';
import { ROOT } from '../local/home.ts';
import { type Miniflare, migrate, startWorker } from '../local/miniflare.ts';
import { CHECKOUTS_EACH, PRICE_MINOR, PRODUCT_IDS, putOnSale, variantIdOf } from './goods.ts';
import { comparePeers, type Kind, type Peer, SENDERS_MAX } from './peers.ts';
import { VARS } from './plan.ts';
import type { Cast, Sender } from './senders.ts';

const RATIO_MIN = 0.6;
/** More than either Worker manages, so that no sender runs out of buyers. */
const CHECKOUTS_A_SECOND_MAX = 300;
const PORTS = { recorder: 18_791, footlight: 18_792, bare: 18_793 } as const;
const BUNDLES = {
  recorder: resolve(ROOT, 'dist/bench/worker.js'),
  footlight: BUNDLE,
  bare: resolve(ROOT, 'dist/bench/bare-checkouts.js'),
} as const;
type Served = keyof typeof PORTS;

export async function benchCheckouts(size: { readonly runs: number; readonly seconds: number }): Promise<void> {
  const recording = await record();
  // With one sender and with many, each warmed for a second.
  const buyers = SENDERS_MAX + Math.ceil((CHECKOUTS_A_SECOND_MAX * 2 * (size.seconds + 1)) / CHECKOUTS_EACH);
  const start = async (kind: Kind): Promise<Peer> => {
    const { server, origin, cast } = await serve(kind, buyers);
    if (kind === 'bare') await fetch(origin, { method: 'PUT', body: recording(cast) });
    const next = turns(cast.senders);
    const send = (sender: number) => {
      const { buyer, productId } = next(sender);
      return kind === 'bare'
        ? fetch(origin, { method: 'POST', body: JSON.stringify(wanted(buyer, productId)) })
        : checkOut(origin, buyer, productId);
    };
    return { server, send };
  };
  await comparePeers({ ...size, things: 'checkouts', ratioMin: RATIO_MIN, start });
}

/** A sender buys for one buyer until they have as many open checkouts as they can have, and then for the next. */
function turns(buyers: readonly Sender[]) {
  const waiting = [...buyers];
  const current = new Map<number, { readonly buyer: Sender; readonly left: string[] }>();
  return (sender: number) => {
    const known = current.get(sender);
    const buyer = known && known.left.length > 0 ? known.buyer : waiting.pop();
    if (!buyer) throw new Error('There is nobody left to buy');
    const left = known?.buyer === buyer ? known.left : [...PRODUCT_IDS, ...PRODUCT_IDS];
    const productId = left.pop() ?? '';
    current.set(sender, { buyer, left });
    return { buyer, productId };
  };
}

function wanted({ userId: buyerId }: Sender, productId: string) {
  return { buyerId, productId, variantId: variantIdOf(productId) };
}

function checkOut(origin: string, { accessToken }: Sender, productId: string): Promise<Response> {
  return fetch(`${origin}/api/v1/products/${productId}/checkout`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify({ quantity: 1, expectedPriceMinor: PRICE_MINOR, successUrl: origin, cancelUrl: origin }),
  });
}

/** Records one checkout, and returns how the bare Worker is told of it: each database has its own seller. */
async function record(): Promise<(cast: Cast) => string> {
  const { server, origin, cast } = await serve('recorder', 1);
  try {
    const [buyer] = cast.senders;
    const [productId] = PRODUCT_IDS;
    if (!buyer || !productId) throw new Error('There is nobody to buy');
    await fetch(`${origin}/bench/reset`);
    const response = await checkOut(origin, buyer, productId);
    if (!response.ok) throw new Error(`The checkout failed with ${response.status}: ${await response.text()}`);
    const recorded = await (await fetch(`${origin}/bench/record`)).text();
    return ({ creatorId }) => {
      const stages: unknown = JSON.parse(recorded.replaceAll(cast.creatorId, creatorId));
      return JSON.stringify({ stages, ...wanted(buyer, productId), sellerId: creatorId });
    };
  } finally {
    await server.dispose();
  }
}

async function serve(
  kind: Served,
  buyers: number,
): Promise<{ readonly server: Miniflare; readonly origin: string; readonly cast: Cast }> {
  const origin = `http://localhost:${PORTS[kind]}`;
  const vars = { ...VARS, PUBLIC_URL: origin };
  // Rate limits would stop this load.
  const server = await startWorker({ bindings: vars, port: PORTS[kind], bundle: BUNDLES[kind], unlimited: true });
  const database = await server.getD1Database('DB');
  await migrate(database);
  const { makeCast } = await importSource<typeof import('./senders.ts')>('scripts/bench/senders.ts');
  const cast = await makeCast(database, vars, buyers);
  await putOnSale(database, cast.creatorId);
  return { server, origin, cast };
}
