import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { anOpenStream, aStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import { moderators } from '@/domains/live/channels/tables';
import { forgetPolls } from '@/domains/live/rooms/forget';
import { recordPolls } from '@/domains/live/rooms/poll-results';
import { streamPolls } from '@/domains/live/rooms/tables';
import { newId } from '@/shared/ids';

const ASKED = { question: 'Which song?', options: ['One', 'Two'], seconds: 60 };

async function aShow() {
  const [creator, mod, viewer] = [await asCreator(), await asViewer(), await asViewer()];
  const id = await anOpenStream(creator);
  const { channelId } = creator;
  await testContext().db.insert(moderators).values({ channelId, userId: mod.userId, createdAt: 1 });
  return { creator, mod, viewer, id };
}

test('a moderator starts a poll, viewers vote and change their vote, the creator ends it', async () => {
  const { creator, mod, viewer, id } = await aShow();
  const started = await mod.post(`stream/${id}/polls`, { ...ASKED, question: ' Which  song? ' });
  expect(started).toMatchObject({ status: 201, data: { totalVotes: 0, endedAt: null } });
  const path = `stream/${id}/polls/${started.data.id}`;
  for (const option of [0, 1])
    expect(await viewer.post(`${path}/vote`, { option })).toMatchObject({
      status: 200,
      data: { vote: option, totalVotes: 1 },
    });
  expect((await creator.post(`stream/${id}/polls`, ASKED)).error.code).toBe('POLL_RUNNING');
  for (let time = 0; time < 2; time += 1)
    expect(await creator.put(`${path}/end`)).toMatchObject({
      status: 200,
      data: { endedAt: expect.any(String), options: [{ votes: 0 }, { votes: 1 }] },
    });
  expect(await viewer.post(`${path}/vote`, { option: 0 })).toMatchObject({
    status: 409,
    error: { code: 'POLL_ENDED' },
  });
});

test('viewers, staff and guests start and end no poll, and guests do not vote', async () => {
  const { creator, viewer, id } = await aShow();
  const { data } = await creator.post(`stream/${id}/polls`, ASKED);
  const path = `stream/${id}/polls/${data.id}`;
  for (const person of [viewer, await asStaff('admin_l1')]) {
    expect(await person.post(`stream/${id}/polls`, ASKED)).toMatchObject({
      status: 403,
      error: { code: 'NOT_IN_CHARGE' },
    });
    expect((await person.put(`${path}/end`)).status).toBe(403);
  }
  for (const [call, body] of [
    [`stream/${id}/polls`, ASKED],
    [`${path}/vote`, { option: 0 }],
  ] as const)
    expect((await client().post(call, body)).status).toBe(401);
  const over = await aStream(creator, { status: 'ended' });
  expect((await creator.post(`stream/${over}/polls`, ASKED)).error.code).toBe('STREAM_ENDED');
  expect((await creator.put(`stream/${id}/polls/${newId()}/end`)).error.code).toBe('POLL_NOT_FOUND');
});

test.each([
  ['one option', { options: ['One'] }],
  ['six options', { options: ['1', '2', '3', '4', '5', '6'] }],
  ['options that differ in case and accents alone', { options: ['Ja', ' jà '] }],
  ['an empty option', { options: ['One', ' '] }],
  ['an empty question', { question: '' }],
  ['a question of two lines', { question: 'One\ntwo' }],
  ['14 seconds', { seconds: 14 }],
  ['more than half an hour', { seconds: 1_801 }],
])('a poll with %s is refused', async (_, change) => {
  const { creator, id } = await aShow();
  expect((await creator.post(`stream/${id}/polls`, { ...ASKED, ...change })).status).toBe(422);
});

test('the results stay with the session, and go with the account of whoever asked', async () => {
  const { creator, mod, id } = await aShow();
  const ctx = testContext();
  const options = [
    { text: 'One', votes: 2 },
    { text: 'Two', votes: 1 },
  ];
  const ended = { question: 'Which?', options, startedAt: 1_000, endsAt: 61_000, endedAt: 31_000 };
  const polls = [creator, mod].map(({ userId }, place) => {
    return { id: newId(), createdBy: userId, ...ended, startedAt: ended.startedAt + place };
  });
  for (let time = 0; time < 2; time += 1) await recordPolls(ctx, id, polls);
  await recordPolls(ctx, newId(), polls); // no stream
  const { data } = await client().get(`sessions/${id}`);
  expect(data.polls).toHaveLength(2);
  expect(data.polls[0]).toEqual({
    ...{ id: expect.any(String), question: 'Which?', totalVotes: 3 },
    options: options.map((option, place) => ({ id: place, ...option })),
    ...{ startedAt: '1970-01-01T00:00:01.000Z', endsAt: '1970-01-01T00:01:01.000Z' },
    endedAt: '1970-01-01T00:00:31.000Z',
  });
  const [byCreator] = data.polls;
  await creator.post(`stream/${id}/moderation`, { action: 'ban', userId: mod.userId });
  expect((await client().get(`sessions/${id}`)).data.polls).toEqual([byCreator]);
  await forgetPolls(ctx, mod.userId, sql`LIMIT 10`);
  expect(await ctx.db.select({ by: streamPolls.createdBy }).from(streamPolls)).toEqual([{ by: creator.userId }]);
});
