/** What the reference and the guides show works against `npm start`: the Postman collection, and the example clients. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Collection, runCollection } from '#test/support/collection';
import { importFromGuide } from '#test/support/guide-code';
import { type Server, startServer } from '#test/support/server';
import { codeOf } from '../../scripts/local/authenticator';

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server?.remove());

it('every request of the collection is answered as the reference says, and none by a fault', async () => {
  const collection: Collection = await (await fetch(`${server.origin}/api/v1/postman.json`)).json();
  const { DEMO_PASSWORD = '', DEMO_TOTP_SECRET = '' } = server.vars;
  const ran = await runCollection(collection, { demoPassword: DEMO_PASSWORD, ownerCode: codeOf(DEMO_TOTP_SECRET) });
  const first = ran.filter(({ name }) => name.startsWith('Start here'));
  expect(first.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200, 200, 200]);
  expect(ran.filter(({ failures }) => failures.length > 0)).toEqual([]);
  expect(ran.filter(({ code }) => code === 'INTERNAL')).toEqual([]);
  expect(ran.length).toBeGreaterThan(300);
  const people = ran.filter(({ name }) => /^(users|social) \//.test(name));
  expect(people.filter(({ status }) => status !== 200).map(({ name, code }) => `${name}: ${code}`)).toEqual([]);
  // Files are a person's to choose, and the codes, links and signatures of these folders are made up.
  const MADE_UP = /^((auth|webhook|At the end) \/|user \/ Confirm another email)/;
  const refused = ran.filter(
    ({ name, status, code, needsFile }) =>
      !needsFile && !MADE_UP.test(name) && (status === 401 || code === 'VALIDATION_FAILED'),
  );
  expect(refused.map(({ name, code }) => `${name}: ${code}`)).toEqual([]);
});

it('every request has what it needs: a token, a body, parameters and a key', async () => {
  const collection: Collection = await (await fetch(`${server.origin}/api/v1/postman.json`)).json();
  const requests = collection.item
    .flatMap(({ item = [] }) => item)
    .flatMap(({ name, request }) => (request ? [{ name, ...request }] : []));
  const gift = find(requests, 'Send a gift to a creator');
  expect(gift?.header).toContainEqual(expect.objectContaining({ key: 'idempotency-key', value: '{{$guid}}' }));
  expect(JSON.parse(gift?.body?.raw ?? '')).toMatchObject({ giftId: expect.any(String) });
  expect(gift?.auth?.bearer?.[0]?.value).toBe('{{accessToken}}');
  for (const { name, method, body, header = [] } of requests)
    if (header.some(({ key }) => key === 'Content-Type')) expect([name, method, body?.raw?.length]).not.toContain(2);
});

function find<T extends { name: string }>(requests: readonly T[], name: string): T | undefined {
  return requests.find((request) => request.name === name);
}

interface AuthClient {
  token(): string | null;
  signUp(account: object): Promise<{ userId: string }>;
  signIn(email: string, password: string): Promise<object>;
  getSession(): Promise<object | null>;
  signOut(): Promise<void>;
}

it('the client that docs/guides/from-better-auth.md shows signs up, in and out', async () => {
  const { createAuthClient } = await importFromGuide<{ createAuthClient(origin: string): AuthClient }>(
    'from-better-auth',
  );
  const client = createAuthClient(server.origin);
  const email = `viewer-${Date.now()}@footlight.test`;
  const password = 'correct horse battery staple';
  await client.signUp({ email, password, username: `viewer_${Date.now().toString(36)}` });
  expect(client.token()).not.toBeNull();
  expect(await client.getSession()).not.toBeNull();
  await client.signOut();
  expect([client.token(), await client.getSession()]).toEqual([null, null]);
  await client.signIn(email, password);
  expect(await client.getSession()).not.toBeNull();
  await expect(client.signIn(email, 'not the password')).rejects.toMatchObject({ code: 'INVALID_CREDENTIALS' });
});

interface RoomClient {
  say(text: string): Promise<{ seq: number }>;
  react(reaction: string): Promise<object>;
  leave(): void;
}
interface RoomEvent {
  readonly type: string;
  readonly text?: string;
  readonly code?: number;
}
interface SocketGuide {
  joinRoom(
    origin: string,
    streamId: string,
    options: { token?: string; on: (event: RoomEvent) => void },
  ): Promise<RoomClient>;
}

it('the client that docs/guides/from-socket-io.md shows joins, talks and leaves', async () => {
  const { joinRoom } = await importFromGuide<SocketGuide>('from-socket-io');
  const call = async (path: string, body: object, token = '') => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = await fetch(`${server.origin}/api/v1${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const { data } = (await answer.json()) as { data: { id: string; accessToken: string } };
    return data;
  };
  const signIn = async (email: string): Promise<string> =>
    (await call('/auth/signin/email', { email, password: server.vars.DEMO_PASSWORD })).accessToken;
  const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
  // Not the creator whose chat the collection changed.
  const { id } = await call('/sessions', { title: 'Tonight', scheduledFor }, await signIn('creator2@footlight.test'));

  const heard: RoomEvent[] = [];
  const room = await joinRoom(server.origin, id, {
    token: await signIn('viewer1@footlight.test'),
    on: (event) => heard.push(event),
  });
  expect((await room.say('Good evening!')).seq).toBeGreaterThan(0);
  expect(heard[0]?.type).toBe('welcome');
  await room.react('heart');
  await expect(room.say('Good evening!')).rejects.toMatchObject({ code: expect.stringMatching(/DUPLICATE|TOO_FAST/) });
  await vi.waitFor(() => expect(heard.map(({ text }) => text)).toContain('Good evening!'), { timeout: 10_000 });
  room.leave();
  await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ type: 'closed' }), { timeout: 10_000 });
  await expect(room.say('One more thing')).rejects.toMatchObject({ code: 'CLOSED' });
  await expect(joinRoom(server.origin, crypto.randomUUID(), { on: () => {} })).rejects.toMatchObject({
    code: 'STREAM_NOT_FOUND',
  });
});
