/**
 * Measures gifts per second over HTTP on the built bundle, and on a bare Worker that does the same writes in one D1
 * batch. Runs are interleaved, with one sender and with fifty at once; results are medians.
 */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { BUNDLE, importSource } from '../local/bundle.ts';
import { ROOT } from '../local/home.ts';
import { type Miniflare, migrate, startWorker } from '../local/miniflare.ts';
import { DEPLOYED_VARS } from './plan.ts';
import type { Cast, Sender } from './senders.ts';
import { grouped, median, printTable } from './table.ts';

const SENDERS = [1, 50];
const RATIO_MIN = 0.6;
/** A gift that migration 0009 inserts. */
const ROSE = '01900000-0000-7000-9001-000000000001';
const KINDS = ['footlight', 'bare'] as const;
type Kind = (typeof KINDS)[number];
const PORTS: Readonly<Record<Kind, number>> = { footlight: 18_786, bare: 18_787 };
const BUNDLES: Readonly<Record<Kind, string>> = { footlight: BUNDLE, bare: resolve(ROOT, 'dist/bench/bare.js') };

interface Peer {
  readonly server: Miniflare;
  readonly cast: Cast;
  give(sender: Sender): Promise<Response>;
}

export async function benchGifts({ runs, seconds }: { runs: number; seconds: number }): Promise<void> {
  const rates = new Map<string, number[]>();
  for (let run = 0; run < runs; run += 1) {
    const peers: [Kind, Peer][] = [];
    try {
      for (const kind of KINDS) peers.push([kind, await startPeer(kind)]);
      for (const senders of SENDERS)
        for (const [kind, peer] of peers) {
          const key = `${kind} ${senders}`;
          await load(peer, senders, 1); // warm
          rates.set(key, [...(rates.get(key) ?? []), await load(peer, senders, seconds)]);
        }
    } finally {
      for (const [, { server }] of peers) await server.dispose();
    }
  }
  const rateOf = (kind: Kind, senders: number) => median(rates.get(`${kind} ${senders}`) ?? []);
  printTable(
    ['senders', 'gifts/s', 'bare Worker', 'ratio'],
    SENDERS.map((senders) => {
      const [own, bare] = [rateOf('footlight', senders), rateOf('bare', senders)];
      return [String(senders), grouped(own), grouped(bare), (own / bare).toFixed(2)];
    }),
  );
  console.log(`Target: ${RATIO_MIN} of the bare Worker, with ${SENDERS.join(' and with ')} senders at once`);
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
  const cast = await makeCast(database, DEPLOYED_VARS, Math.max(...SENDERS));
  const give = ({ userId, accessToken }: Sender) =>
    kind === 'bare'
      ? fetch(origin, {
          method: 'POST',
          body: JSON.stringify({ id: randomUUID(), senderId: userId, recipientId: cast.creatorId }),
        })
      : fetch(`${origin}/api/v1/payment/gift`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${accessToken}`,
            'content-type': 'application/json',
            'idempotency-key': randomUUID(),
          },
          body: JSON.stringify({ giftId: ROSE, quantity: 1, recipientId: cast.creatorId }),
        });
  return { server, cast, give };
}

/** Each sender gives one gift after another. Returns the accepted gifts per second. */
async function load({ cast, give }: Peer, senders: number, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let given = 0;
  await Promise.all(
    cast.senders.slice(0, senders).map(async (sender) => {
      while (performance.now() < until) {
        const response = await give(sender);
        const text = await response.text();
        if (!response.ok) throw new Error(`A gift failed with ${response.status}: ${text}`);
        given += 1;
      }
    }),
  );
  return given / seconds;
}
