/** The API on a platform that grants nothing: every rate limit is used up, and nothing else may be touched. */

import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { app } from '@/app';
import type { Env } from '@/config';
import { openRooms } from '@/room/rooms';
import { entry } from './app';

/** Fails as soon as anything is read of it. */
const untouchable = <T extends object>(what: T): T =>
  new Proxy(what, {
    get(_target, name) {
      throw new Error(`${String(name)} was asked for`);
    },
  });

/** `taken` has each limit with the key that was counted: `read ip:192.0.2.7`. */
export function usedUp() {
  const taken: string[] = [];
  const limiter = (name: string) => ({
    async limit({ key }: { key: string }) {
      taken.push(`${name} ${key}`);
      return { success: false };
    },
  });
  const bindings = {
    ...env,
    ...{ LIMIT_READ: limiter('read'), LIMIT_WRITE: limiter('write'), LIMIT_SIGN_IN: limiter('signIn') },
    ...{ LIMIT_MEDIA: limiter('media'), LIMIT_LOOKUP: limiter('lookUp') },
    ...{ DB: untouchable(env.DB), MEDIA: untouchable(env.MEDIA) },
  } as Env; // a test's own
  const execution = createExecutionContext();
  const ask = async (path: string, init: RequestInit) =>
    app.fetch(
      new Request(`http://localhost:8787${path}`, init),
      entry(bindings, execution, { rooms: openRooms(untouchable(env.ROOMS)) }),
      execution,
    );
  return { taken, ask };
}
