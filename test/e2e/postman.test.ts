/** The Postman collection runs from top to bottom against `npm start`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Collection, runCollection } from '#test/support/collection';
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
  // Files are a person's to choose, and the codes, links and signatures of these folders are made up.
  const MADE_UP = /^(auth|webhook|At the end) \//;
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
