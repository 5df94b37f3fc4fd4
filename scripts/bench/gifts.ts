/** Measures gifts, beside a bare Worker that writes the same rows in one D1 batch. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { BUNDLE, importSource } from '../local/bundle.ts';
import { ROOT } from '../local/home.ts';
import { migrate, startWorker } from '../local/miniflare.ts';
import { comparePeers, type Kind, type Peer, SENDERS_MAX } from './peers.ts';
import { DEPLOYED_VARS } from './plan.ts';

const RATIO_MIN = 0.6;
/** A gift that migration 0009 inserts. */
const ROSE = '01900000-0000-7000-9001-000000000001';
const PORTS: Readonly<Record<Kind, number>> = { footlight: 18_786, bare: 18_787 };
const BUNDLES: Readonly<Record<Kind, string>> = { footlight: BUNDLE, bare: resolve(ROOT, 'dist/bench/bare.js') };

export function benchGifts(size: { readonly runs: number; readonly seconds: number }): Promise<void> {
  return comparePeers({ ...size, things: 'gifts', ratioMin: RATIO_MIN, start: startPeer });
}

async function startPeer(kind: Kind): Promise<Peer> {
  const origin = `http://localhost:${PORTS[kind]}`;
  // Rate limits would stop this load.
  const server = await startWorker({
    bindings: DEPLOYED_VARS,
    port: PORTS[kind],
    bundle: BUNDLES[kind],
    unlimited: true,
  });
  const database = await server.getD1Database('DB');
  await migrate(database);
  const { makeCast } = await importSource<typeof import('./senders.ts')>('scripts/bench/senders.ts');
  const { creatorId, senders } = await makeCast(database, DEPLOYED_VARS, SENDERS_MAX);
  const send = (sender: number) => {
    const { userId, accessToken } = senders[sender] ?? { userId: '', accessToken: '' };
    return kind === 'bare'
      ? fetch(origin, {
          method: 'POST',
          body: JSON.stringify({ id: randomUUID(), senderId: userId, recipientId: creatorId }),
        })
      : fetch(`${origin}/api/v1/payment/gift`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${accessToken}`,
            'content-type': 'application/json',
            'idempotency-key': randomUUID(),
          },
          body: JSON.stringify({ giftId: ROSE, quantity: 1, recipientId: creatorId }),
        });
  };
  return { server, send };
}
