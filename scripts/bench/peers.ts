/**
 * Measures requests per second over HTTP on the built bundle, and on a bare Worker that does the same writes. Runs are
 * interleaved, with one sender and with fifty at once; results are medians.
 */
import type { Miniflare } from '../local/miniflare.ts';
import { grouped, median, printTable } from './table.ts';

const SENDERS = [1, 50];
export const SENDERS_MAX = Math.max(...SENDERS);
const KINDS = ['footlight', 'bare'] as const;
export type Kind = (typeof KINDS)[number];

export interface Peer {
  readonly server: Pick<Miniflare, 'dispose'>;
  /** Sends the next request of this sender. @param sender from 0 to `SENDERS_MAX` - 1 */
  send(sender: number): Promise<Response>;
}

interface Comparison {
  readonly runs: number;
  readonly seconds: number;
  /** The plural of what the requests create: gifts. */
  readonly things: string;
  /** The share of the bare Worker's rate that we mean to reach. */
  readonly ratioMin: number;
  start(kind: Kind): Promise<Peer>;
}

export async function comparePeers({ runs, seconds, things, ratioMin, start }: Comparison): Promise<void> {
  const rates = new Map<string, number[]>();
  for (let run = 0; run < runs; run += 1) {
    const peers: [Kind, Peer][] = [];
    try {
      for (const kind of KINDS) peers.push([kind, await start(kind)]);
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
    ['senders', `${things}/s`, 'bare Worker', 'ratio'],
    SENDERS.map((senders) => {
      const [own, bare] = [rateOf('footlight', senders), rateOf('bare', senders)];
      return [String(senders), grouped(own), grouped(bare), (own / bare).toFixed(2)];
    }),
  );
  console.log(`Target: ${ratioMin} of the bare Worker, with ${SENDERS.join(' and with ')} senders at once`);
}

/** Each sender sends one request after another. Returns the accepted requests per second. */
async function load(peer: Peer, senders: number, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let accepted = 0;
  await Promise.all(
    Array.from({ length: senders }, async (_, sender) => {
      while (performance.now() < until) {
        const response = await peer.send(sender);
        const text = await response.text();
        if (!response.ok) throw new Error(`A request failed with ${response.status}: ${text}`);
        accepted += 1;
      }
    }),
  );
  return accepted / seconds;
}
