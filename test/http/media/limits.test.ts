/** Files are counted by the address of who asks, before anything is looked up for them. */
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { randomAddress } from '#test/support/api';
import { app } from '@/app';
import type { Env } from '@/config';
import { deliverOutbox } from '@/queues/outbox';
import { openRooms } from '@/room/rooms';

/** Asked for anything it fails: nothing may be read of it. */
const untouchable = <T extends object>(what: T): T =>
  new Proxy(what, {
    get(_target, name) {
      throw new Error(`${String(name)} was asked for`);
    },
  });

/** A platform on which every budget is used up, and what was taken from which. */
function usedUp() {
  const taken: string[] = [];
  const limiter = (name: string) => ({
    async limit({ key }: { key: string }) {
      taken.push(`${name} ${key}`);
      return { success: false };
    },
  });
  const bindings = {
    ...env,
    ...{ LIMIT_READ: limiter('read'), LIMIT_WRITE: limiter('write'), LIMIT_MEDIA: limiter('media') },
    ...{ DB: untouchable(env.DB), MEDIA: untouchable(env.MEDIA) },
  } as Env;
  const execution = createExecutionContext();
  const surroundings = {
    waitUntil: (work: Promise<unknown>) => execution.waitUntil(work),
    rooms: openRooms(env.ROOMS),
    deliver: deliverOutbox,
  };
  const ask = (path: string, init: RequestInit) =>
    app.fetch(new Request(`http://localhost:8787${path}`, init), { env: bindings, surroundings }, execution);
  return { taken, ask };
}

describe('of an address that asked too often', () => {
  it.each([
    ['GET', {}],
    ['HEAD', {}],
    ['GET', { range: 'bytes=0-99' }],
    ['GET', { 'if-none-match': '"x"' }],
    ['GET', { authorization: 'Bearer of.nobody.here' }],
  ])('%s %o is refused before anything is read', async (method, headers) => {
    const [{ taken, ask }, address] = [usedUp(), randomAddress()];
    const response = await ask('/media/avatars/x/y.webp', {
      method,
      headers: { ...headers, 'cf-connecting-ip': address },
    });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('60');
    expect(taken).toEqual([`media ip:${address}`]);
  });

  it.each(['/media/uploads/x?token=y', '/media/uploads/x/parts/1?token=y'])('PUT %s is as well', async (path) => {
    const [{ taken, ask }, address] = [usedUp(), randomAddress()];
    const response = await ask(path, { method: 'PUT', body: 'bytes', headers: { 'cf-connecting-ip': address } });
    expect(response.status).toBe(429);
    expect(taken).toEqual([`write ip:${address}`]);
  });
});
