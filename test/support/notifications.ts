/** What tests of notifications share: tasks that are done at once, announced streams, and a browser with Web Push. */
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import { consumeTasks } from '@/queues/tasks';
import { testContext } from './context';
import { consumed, recordingQueue } from './queues';
import { anOpenStream } from './streams';

/** A Context whose tasks are kept, to be looked at and done. */
export function taskContext(overrides: Partial<Context> = {}) {
  const { queue, sent } = recordingQueue<TaskMessage>();
  const base = testContext({ TASKS: queue });
  const ctx: Context = { ...base, ...overrides };
  const consume = (...bodies: TaskMessage[]) =>
    consumed<TaskMessage>(
      (batch) => consumeTasks(ctx, batch),
      'footlight-tasks',
      bodies.map((body) => ({ body })),
    );
  return {
    ctx,
    sent: () => sent.map(({ body }) => body),
    settle: () => base.settle(),
    consume,
    /** Does what was queued, and what that queues. @returns all that was done */
    async drain(): Promise<TaskMessage[]> {
      const done: TaskMessage[] = [];
      while (sent.length > 0) {
        const bodies = sent.splice(0).map(({ body }) => body);
        await consume(...bodies);
        done.push(...bodies);
      }
      return done;
    },
  };
}

/** A stream that is live and was just announced, before any follower is told. */
export async function anAnnouncedStream(creator: { userId: string; channelId: string }) {
  const streamId = await anOpenStream(creator);
  const at = Date.now();
  await env.DB.batch([
    env.DB.prepare("UPDATE streams SET status = 'live', started_at = ?2 WHERE id = ?1").bind(streamId, at),
    env.DB.prepare(
      "INSERT INTO broadcasts (id, creator_id, kind, title, body, created_at) VALUES (?, ?, 'live', '', '', ?)",
    ).bind(streamId, creator.userId, at),
  ]);
  return { streamId, at };
}

const base64url = (bytes: ArrayBuffer | Uint8Array) => Buffer.from(bytes as Uint8Array).toString('base64url');

/** A browser with keys of its own, which reads what only it can. */
export async function aBrowser(host = 'updates.push.services.mozilla.com') {
  // The platform's types know no difference between a key and a pair of them.
  const pair = (await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, [
    'deriveBits',
  ])) as CryptoKeyPair;
  const point = new Uint8Array((await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer);
  const auth = crypto.getRandomValues(new Uint8Array(16));
  const endpoint = `https://${host}/wpush/v2/${base64url(crypto.getRandomValues(new Uint8Array(24)))}`;
  return {
    endpoint,
    subscription: { endpoint, expirationTime: null, keys: { p256dh: base64url(point), auth: base64url(auth) } },
    /** RFC 8291, from the receiving side. */
    async read(body: Uint8Array) {
      const salt = body.slice(0, 16);
      const keyLength = body[20] ?? 0;
      const serverPoint = body.slice(21, 21 + keyLength);
      const sealed = body.slice(21 + keyLength);
      const algorithm = { name: 'ECDH', namedCurve: 'P-256' };
      const server = await crypto.subtle.importKey('raw', serverPoint, algorithm, false, []);
      const derive = { name: 'ECDH', public: server } as unknown as SubtleCryptoDeriveKeyAlgorithm; // `$public` in the types
      const shared = await crypto.subtle.deriveBits(derive, pair.privateKey, 256);
      const info = new Uint8Array([...new TextEncoder().encode('WebPush: info\0'), ...point, ...serverPoint]);
      const ikm = await hkdf(auth, shared, info, 32);
      const cek = await hkdf(salt, ikm, new TextEncoder().encode('Content-Encoding: aes128gcm\0'), 16);
      const iv = await hkdf(salt, ikm, new TextEncoder().encode('Content-Encoding: nonce\0'), 12);
      const key = await crypto.subtle.importKey('raw', cek, 'AES-GCM', false, ['decrypt']);
      const padded = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed));
      return JSON.parse(new TextDecoder().decode(padded.slice(0, padded.lastIndexOf(2))));
    },
  };
}

async function hkdf(salt: Uint8Array, secret: ArrayBuffer, info: Uint8Array, bytes: number): Promise<ArrayBuffer> {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  return crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, key, bytes * 8);
}

export interface Called {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Stands for whatever is outside. @param answer the status of each call, in order; the last one stays */
export function outside(...answer: [number, ...number[]]): Called[] {
  const calls: Called[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const status = answer[Math.min(calls.length, answer.length - 1)] ?? 200;
    const body = new Uint8Array(await request.arrayBuffer());
    calls.push({ url: request.url, headers: request.headers, body });
    return new Response(null, { status });
  });
  return calls;
}

/** Written in one statement: people are expensive. They follow the creator and have no session. */
export async function giveFollowers(creatorId: string, count: number, since = Date.now() - 60_000): Promise<void> {
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
  const id = `'f' || substr(?1, -12) || '-' || i`;
  await env.DB.batch([
    env.DB.prepare(`${numbers}
      INSERT INTO users (id, email, email_key, username, display_name, email_verified_at, created_at, updated_at)
      SELECT ${id}, ${id} || '@footlight.test', ${id} || '@footlight.test', replace(${id}, '-', '_'), 'Fan ' || i, 1, 1, 1 FROM n`).bind(
      creatorId,
    ),
    env.DB.prepare(
      `${numbers} INSERT INTO follows (follower_id, creator_id, created_at) SELECT ${id}, ?1, ?2 FROM n`,
    ).bind(creatorId, since),
  ]);
}
