import { expect, test } from 'vitest';
import { plansOf } from '#test/support/plans';
import { aStream } from '#test/support/streams';
import { actorOf, asCreator, asViewer } from '#test/support/users';
import { joinRoom } from '@/domains/live/rooms/join';
import { listStreams } from '@/domains/live/streams/discovery';
import { getStream } from '@/domains/live/streams/find';

const page = { page: 1, perPage: 20 } as const;

test.each([
  ['newest', {}, 'sqlite_autoindex_streams_1'],
  ['newest', { status: 'live' }, 'streams_by_status (status=?)'],
  ['viewers', { status: 'ended' }, 'streams_past_by_peak'],
  ['scheduled', {}, 'streams_upcoming'],
  ['newest', { creatorId: 'c' }, 'streams_of_creator (creator_id=?)'],
  ['newest', { creatorId: 'c', status: 'live' }, 'streams_open_of_creator (creator_id=? AND status=?)'],
  ['newest', { creatorId: 'c', status: 'ended' }, 'streams_of_creator (creator_id=?)'],
] as const)('a list by %s of %j takes its page off an index and sorts nothing', async (sort, filter, index) => {
  const [rows, ...others] = await plansOf((ctx) => listStreams(ctx, undefined, { ...page, sort, ...filter }));
  expect(rows).toContain(`INDEX ${index}`);
  expect(rows).not.toContain('TEMP B-TREE');
  expect(others).toHaveLength(1);
});

test('the list of most watched streams sorts only the live ones', async () => {
  const [rows] = await plansOf((ctx) => listStreams(ctx, undefined, { ...page, sort: 'viewers', status: 'live' }));
  expect(rows).toContain('INDEX streams_by_status (status=?)');
});

test('a stream by its creator is two look-ups and no scan', async () => {
  const [plan, ...others] = await plansOf((ctx) => getStream(ctx, { username: 'x' }, undefined));
  expect(plan).toContain('streams_open_of_creator (creator_id=? AND status=?)');
  expect(plan).not.toMatch(/SCAN|TEMP B-TREE/);
  expect(others).toEqual([]);
});

test('joining takes a user two reads and a guest one, and remembers the user’s room after the response', async () => {
  const [id, actor] = [await aStream(await asCreator()), actorOf(await asViewer())];
  const plans = await plansOf((ctx) => joinRoom(ctx, { id }, actor));
  expect(plans).toHaveLength(2 + 3);
  for (const plan of plans) expect(plan).not.toMatch(/SCAN (?!oldest|CONSTANT|\(subquery)/);
  expect(await plansOf((ctx) => joinRoom(ctx, { id }, undefined))).toHaveLength(1);
});
