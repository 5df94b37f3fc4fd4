import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { testContext } from '#test/support/context';
import { stubOf } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asUser, asViewer } from '#test/support/users';
import { follow } from '@/domains/people/social/follow';
import { follows } from '@/domains/people/social/tables';
import { newId } from '@/shared/ids';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';

const retryAfterMsIn = ({ details }: { details?: unknown }) => (details as { retryAfterMs: number }).retryAfterMs;

test('a follow of less than the minimum age is refused with the time that is left', async () => {
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const id = await anOpenStream(creator, {}, { minFollowMinutes: 10 });
  const say = () => viewer.post(`sessions/${id}/chat`, { text: `hello ${newId()}` });
  expect((await say()).error.code).toBe('FOLLOWERS_ONLY');
  await follow(testContext(), viewer.userId, creator.userId);
  const { status, error, headers } = await say();
  expect([status, error.code]).toEqual([403, 'FOLLOW_TOO_NEW']);
  expect(retryAfterMsIn(error)).toBeGreaterThan(9 * MINUTE_MS);
  expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(600);
  await testContext()
    .db.update(follows)
    .set({ createdAt: Date.now() - 10 * MINUTE_MS })
    .where(eq(follows.followerId, viewer.userId));
  expect((await say()).status).toBe(201);
});

test('an account of less than the minimum age is refused with the time that is left', async () => {
  const creator = await asCreator();
  const [young, old] = [await asUser(), await asUser({ createdAt: Date.now() - 2 * HOUR_MS })];
  const id = await anOpenStream(creator, {}, { minAccountHours: 2 });
  const { status, error } = await young.post(`sessions/${id}/chat`, { text: 'hello' });
  expect([status, error.code]).toEqual([403, 'ACCOUNT_TOO_NEW']);
  expect(retryAfterMsIn(error)).toBeGreaterThan(HOUR_MS);
  expect((await old.post(`sessions/${id}/chat`, { text: 'hello' })).status).toBe(201);
  expect((await creator.post(`sessions/${id}/chat`, { text: 'hello' })).status).toBe(201);
});

test('the settings of a channel hold for its chat at once', async () => {
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const id = await anOpenStream(creator);
  const say = (text: string) => viewer.post(`sessions/${id}/chat`, { text });
  await creator.put('stream/chat-settings', {
    links: 'moderators',
    blockedWords: ['spam*', { text: 'may*', action: 'hold' }],
  });
  expect((await say('see example.com')).error.code).toBe('LINKS_NOT_ALLOWED');
  expect((await say('SPАMMER')).error.code).toBe('BLOCKED_WORDS');
  expect((await say('maybe')).data).toMatchObject({ held: 'blocked-words' });
  await creator.put('stream/chat-settings', { emotesOnly: true });
  expect((await say('hello')).error.code).toBe('EMOTES_ONLY');
  expect((await say('👋')).status).toBe(201);
});

test('a message has at most ten lines, with blank ones folded', async () => {
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const id = await anOpenStream(creator);
  const say = (text: string) => viewer.post(`sessions/${id}/chat`, { text });
  expect(await say('line\r\n'.repeat(11))).toMatchObject({ status: 422, error: { details: [{ path: 'text' }] } });
  expect((await say(`\n\n${'line\n\n \n\u200b\n'.repeat(5)}`)).data.text).toBe('line\n\nline\n\nline\n\nline\n\nline');
  expect((await say('line\r\n'.repeat(10))).status).toBe(201);
});

test('a first message in the channel waits, and one in a later stream does not', async () => {
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const first = await anOpenStream(creator, {}, { holdFirstMessages: true });
  const { data } = await viewer.post(`sessions/${first}/chat`, { text: 'hello' });
  expect(data.held).toBe('first-message');
  await creator.post(`stream/${first}/held/${data.id}`, { action: 'allow' });
  await testContext().rooms(first).apply(newId(), { type: 'tell-traces' });
  await runDurableObjectAlarm(stubOf(first));
  await env.DB.prepare("UPDATE streams SET status = 'ended', ended_at = started_at WHERE id = ?").bind(first).run();
  const second = await anOpenStream(creator);
  expect((await viewer.post(`sessions/${second}/chat`, { text: 'hello again' })).data.held).toBeUndefined();
  const stranger = await asViewer();
  expect((await stranger.post(`sessions/${second}/chat`, { text: 'hello' })).data.held).toBe('first-message');
});
