import { expect, test } from 'vitest';
import { testContext } from '#test/support/context';
import { plansOf } from '#test/support/plans';
import { actorOf } from '#test/support/users';
import { listFollowing as listFollowedStreams, listRecommended } from '@/domains/live/streams/recommend';
import { getCreatorPage } from '@/domains/people/profiles/creator-page';
import { listCreators } from '@/domains/people/profiles/creators';
import type { CREATOR_SORTS } from '@/domains/people/profiles/discovery-schemas';
import { listFollowers, listFollowing } from '@/domains/people/profiles/follow-lists';
import { sealCursor } from '@/http/envelope';

const page = { page: 1, perPage: 20 } as const;

const reader = actorOf({ userId: 'r', email: '' });

type Filter = { category?: 'music'; q?: string; sort: (typeof CREATOR_SORTS)[number] };

test.each<[Filter, string, boolean]>([
  [{ sort: 'followers' }, 'INDEX users_creators_by_followers', false],
  [{ sort: 'newest' }, 'INDEX users_creators', false],
  [{ sort: 'followers', category: 'music' }, 'INDEX users_creators_by_followers', false],
  [{ sort: 'live' }, 'INDEX streams_by_status (status=?)', true],
  [{ sort: 'followers', q: 'anna' }, 'users_fts VIRTUAL TABLE', true],
])('creators by %j are two statements off their index', async (filter, index, sorts) => {
  const [rows, ...others] = await plansOf((ctx) => listCreators(ctx, reader, { ...page, ...filter }));
  expect(rows).toContain(index);
  expect(rows?.includes('TEMP B-TREE')).toBe(sorts);
  expect(others).toHaveLength(1);
});

test("a creator's page is three statements, and none of them scans", async () => {
  const plans = await plansOf((ctx) => getCreatorPage(ctx, reader, 'x'));
  expect(plans).toHaveLength(3);
  for (const plan of plans) expect(plan).not.toMatch(/^SCAN (?!CONSTANT)/m);
});

test.each([
  ['followers', listFollowers, 'INDEX follows_of_creator (creator_id=?'],
  ['following', listFollowing, 'INDEX follows_of_follower (follower_id=?'],
] as const)('%s come off an index, on every page', async (list, use, index) => {
  const cursor = await sealCursor(testContext().config.keys, `${list} u`, [7, 'x']);
  for (const query of [{ perPage: 20 }, { perPage: 20, cursor }]) {
    const plans = await plansOf((ctx) => use(ctx, reader, 'u', query));
    expect(plans).toHaveLength(2);
    expect(plans[1]).toContain(index);
    expect(plans[1]).not.toMatch(/SCAN (?!\(subquery)|TEMP B-TREE/);
  }
});

test('recommended and followed streams are two statements that read the live ones alone', async () => {
  for (const use of [listRecommended, listFollowedStreams]) {
    const [rows, ...others] = await plansOf((ctx) => use(ctx, reader, page));
    expect(rows).toMatch(/INDEX streams_(by_status|one_live_per_channel|open_of_creator)/);
    expect(rows).not.toMatch(/SCAN (streams|users|follows|channels|creator_categories)\b/);
    expect(others).toHaveLength(1);
  }
});
