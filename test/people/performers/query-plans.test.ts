import { expect, test } from 'vitest';
import { plansOf } from '#test/support/plans';
import type { Context } from '@/contracts/context';
import { listPublicFeed } from '@/domains/content/feeds/lists';
import { searchUsers } from '@/domains/content/search/search-users';
import { listStreams } from '@/domains/live/streams/discovery';
import { getStream } from '@/domains/live/streams/find';
import { listRecommended } from '@/domains/live/streams/recommend';
import { listCreators } from '@/domains/people/profiles/creators';
import { discoverUsers } from '@/domains/people/profiles/discover';
import type { Viewer } from '@/shared/actor';

const page = { page: 1, perPage: 20 } as const;
const stranger: Viewer = { kind: 'guest' };
const located: Viewer = { kind: 'guest', regions: ['US', 'US-CA'] };

test.each<[string, (ctx: Context, viewer: Viewer) => Promise<unknown>]>([
  ['live streams', (ctx, viewer) => listStreams(ctx, viewer, { ...page, status: 'live', sort: 'newest' })],
  ['recommended streams', (ctx, viewer) => listRecommended(ctx, viewer, page)],
  ['creators', (ctx, viewer) => listCreators(ctx, viewer, { ...page, sort: 'followers' })],
  ['users', (ctx, viewer) => discoverUsers(ctx, viewer, page)],
  ['the public feed', (ctx, viewer) => listPublicFeed(ctx, viewer, { perPage: 20, cursor: undefined, sort: 'recent' })],
  ['a search for users', (ctx, viewer) => searchUsers(ctx, viewer, { q: 'anna', perPage: 20 })],
])('%s cost a look-up by key where regions matter, and nothing where they do not', async (_, list) => {
  const [before, after] = [
    await plansOf((ctx) => list(ctx, stranger)),
    await plansOf((ctx) => list(ctx, located)),
  ] as const;
  expect(before.join('\n')).not.toContain('blocked_regions');
  expect(after).toHaveLength(before.length);
  const steps = after.flatMap((plan) => plan.split('\n')).filter((step) => step.includes('blocked_regions'));
  expect(steps.length).toBeGreaterThan(0);
  for (const step of steps) expect(step).toBe('SEARCH blocked_regions USING PRIMARY KEY (creator_id=? AND region=?)');
  // The rest goes by the indexes that it went by before.
  const others = (plans: string[]) =>
    plans
      .flatMap((plan) => plan.split('\n'))
      .filter((step) => /^(SCAN|SEARCH) (?!blocked_regions|\(subquery)/.test(step))
      .toSorted();
  expect(others(after)).toEqual(others(before));
});

test('reading a stream costs one statement, even if its creator blocks regions', async () => {
  const [plan, ...others] = await plansOf((ctx) => getStream(ctx, { username: 'x' }, located));
  expect(plan).toContain('SEARCH blocked_regions USING PRIMARY KEY (creator_id=? AND region=?)');
  expect(plan).not.toMatch(/SCAN|TEMP B-TREE/);
  expect(others).toEqual([]);
});
