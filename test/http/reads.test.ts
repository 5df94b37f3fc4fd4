/** GET and HEAD write nothing to D1: nobody verifies, grants, deletes or uses anything up by opening a link. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asUser, type Person } from '#test/support/users';
import { endpoints as apiEndpoints } from '@/app';
import { healthEndpoints } from '@/domains/operations/platform/routes';
import { verifyLink } from '@/domains/people/auth/verify-link';
import type { Endpoint } from '@/http/endpoint';
import { newId } from '@/shared/ids';

/** What begins a large export is a read that is answered 202; what opens a room enters it. */
const ALLOWED = ['/user/export', '/stream/{id}/ws'];
const reads: readonly Endpoint[] = [...apiEndpoints, ...healthEndpoints].filter(
  ({ method, path }) => method === 'get' && !ALLOWED.includes(path),
);

const WRITE = /^\s*(INSERT|UPDATE|DELETE|REPLACE)\b/i;

async function writesOf(read: () => Promise<unknown>): Promise<string[]> {
  const prepare = vi.spyOn(Object.getPrototypeOf(env.DB), 'prepare');
  try {
    await read();
    return prepare.mock.calls.map(([sql]) => String(sql)).filter((sql) => WRITE.test(sql));
  } finally {
    prepare.mockRestore();
  }
}

let world: Promise<{ people: Person[]; names: Record<string, string> }> | undefined;

/** Somebody of each role who is the owner as well, with a stream, and somebody who is not verified. */
async function makeWorld() {
  standInForLiveKit();
  const [dj, performer] = [
    await asCreator({ role: 'dj', rank: 'owner' }),
    await asCreator({ role: 'performer', rank: 'owner' }),
  ];
  const newcomer = await asUser({ verified: false });
  const id = await anOpenStream(dj);
  const link = await verifyLink(testContext(), { id: newcomer.userId, email: newcomer.email }, 60_000);
  const { userId, username } = dj;
  const names = { id, streamId: id, userId, hostId: userId, creatorId: userId, username };
  return { people: [dj, performer, newcomer], names: { ...names, token: link.split('#token=')[1] ?? '' } };
}

describe.each(['GET', 'HEAD'])('%s', (method) => {
  it.each(reads.map((endpoint) => [endpoint.path, endpoint] as const))('%s writes nothing', async (path) => {
    world ??= makeWorld();
    const { people, names } = await world;
    standInForLiveKit();
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? newId());
    const url = healthEndpoints.some((one) => one.path === path) ? filled : filled.slice(1);
    for (const caller of [...people, client()]) expect(await writesOf(() => caller.call(method, url))).toEqual([]);
  });
});
