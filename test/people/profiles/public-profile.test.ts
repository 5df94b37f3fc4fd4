import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { plansOf } from '#test/support/plans';
import { aStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import { getPublicProfile } from '@/domains/people/profiles/public-profile';
import { newId } from '@/shared/ids';

const anyone = client();
const NOT_THERE = { status: 404, error: { code: 'USER_NOT_FOUND' } };
const setStatus = (userId: string, status: string) =>
  env.DB.prepare('UPDATE users SET status = ? WHERE id = ?').bind(status, userId).run();
const block = (one: Person, other: Person) =>
  env.DB.prepare('INSERT INTO blocks (blocker_id, blocked_id, created_at) VALUES (?, ?, 0)')
    .bind(one.userId, other.userId)
    .run();

describe('a public profile', () => {
  it('shows public fields only, even to its owner', async () => {
    const viewer = await asViewer();
    const said = { displayName: 'Ada', bio: 'Hello', links: [{ label: 'Site', url: 'https://example.com/' }] };
    await viewer.put('user/profile', { ...said, gender: 'f', birthDate: '1990-01-01', country: 'GB' });
    for (const reader of [anyone, viewer, await asStaff('owner')]) {
      const { status, data } = await reader.get(`users/${viewer.userId}`);
      expect(status).toBe(200);
      expect(data).toEqual({
        ...said,
        id: viewer.userId,
        username: viewer.username,
        avatarUrl: null,
        role: 'viewer',
        isLive: false,
        followerCount: 0,
        followingCount: 0,
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
        creator: null,
        liveStreamId: null,
        ...(reader === anyone ? {} : { following: false }),
      });
    }
  });

  it("shows a creator's bio and categories, but not those of a rejected applicant", async () => {
    const creator = await asCreator();
    expect((await anyone.get(`users/${creator.userId}`)).data.creator).toEqual({ bio: '', categories: [] });
    await creator.put('creator/profile', { bio: 'Of the show', categories: ['music', 'dj'] });
    const show = { bio: 'Of the show', categories: ['music', 'dj'] };
    expect((await anyone.get(`users/${creator.userId}`)).data).toMatchObject({ bio: '', creator: show });
    await env.DB.prepare(`UPDATE users SET creator_status = 'REJECTED' WHERE id = ?`).bind(creator.userId).run();
    expect((await anyone.get(`users/${creator.userId}`)).data.creator).toBeNull();
  });

  it('counts follows and unfollows on both sides, however often they are repeated', async () => {
    const [viewer, creator, other] = await Promise.all([asViewer(), asCreator(), asCreator()]);
    const counts = async ({ userId }: Person) => {
      const { followerCount, followingCount } = (await anyone.get(`users/${userId}`)).data;
      return [followerCount, followingCount];
    };
    await Promise.all([1, 2, 3].map(() => viewer.post(`social/follow/${creator.userId}`)));
    await viewer.post(`social/follow/${other.userId}`);
    expect(await counts(viewer)).toEqual([0, 2]);
    expect(await counts(creator)).toEqual([1, 0]);
    await Promise.all([1, 2, 3].map(() => viewer.delete(`social/follow/${creator.userId}`)));
    expect(await counts(viewer)).toEqual([0, 1]);
    expect(await counts(creator)).toEqual([0, 0]);
    await other.post(`social/block/${viewer.userId}`);
    expect(await counts(viewer)).toEqual([0, 0]);
  });

  it('hides from others how many its user follows if the user hides it', async () => {
    const viewer = await asViewer();
    await viewer.put('user/settings', { privacy: { showActivity: false } });
    for (const reader of [anyone, await asViewer()])
      expect((await reader.get(`users/${viewer.userId}`)).data.followingCount).toBeNull();
    expect((await viewer.get(`users/${viewer.userId}`)).data.followingCount).toBe(0);
    await viewer.put('user/settings', { privacy: { showActivity: true } });
    expect((await anyone.get(`users/${viewer.userId}`)).data.followingCount).toBe(0);
  });

  it('links the live stream, or a private one only for its creator and staff', async () => {
    const [open, hidden] = await Promise.all([asCreator(), asCreator()]);
    await aStream(open, { status: 'ended' });
    expect((await anyone.get(`users/${open.userId}`)).data.liveStreamId).toBeNull();
    const openId = await aStream(open);
    await aStream(open, { status: 'scheduled', startedAt: null });
    const hiddenId = await aStream(hidden, { visibility: 'private' });
    expect((await anyone.get(`users/${open.userId}`)).data).toMatchObject({ isLive: true, liveStreamId: openId });
    const liveFor = async (reader: Pick<Person, 'get'>) =>
      (await reader.get(`users/${hidden.userId}`)).data.liveStreamId;
    expect(await liveFor(anyone)).toBeNull();
    expect(await liveFor(open)).toBeNull();
    expect(await liveFor(hidden)).toBe(hiddenId);
    expect(await liveFor(await asStaff('support'))).toBe(hiddenId);
  });

  it('is one statement that reads by keys only', async () => {
    const plans = await plansOf((ctx) => getPublicProfile(ctx, 'x', undefined));
    expect(plans).toHaveLength(1);
    expect(plans[0]).not.toContain('SCAN');
    expect(plans[0]).toContain('streams_open_of_creator (creator_id=? AND status=?)');
  });
});

describe.each(['users/:id', 'users/:id/sessions'])('%s', (path) => {
  const at = ({ userId }: { userId: string }) => path.replace(':id', userId);

  it('is 404 if the user is banned, deleted or unknown', async () => {
    const [banned, deleted] = await Promise.all([asCreator(), asCreator()]);
    await setStatus(banned.userId, 'banned');
    await setStatus(deleted.userId, 'deleted');
    const reader = await asViewer();
    for (const userId of [banned.userId, deleted.userId, newId(), 'x', '%00', "' OR 1=1"])
      for (const by of [anyone, reader]) expect(await by.get(at({ userId }))).toMatchObject(NOT_THERE);
  });

  it('is hidden across a block, except the card of a user whom the reader blocks', async () => {
    const [blocker, blocked] = await Promise.all([asCreator(), asCreator()]);
    await block(blocker, blocked);
    expect(await blocked.get(at(blocker))).toMatchObject(NOT_THERE);
    const seen = await blocker.get(at(blocked));
    if (path === 'users/:id')
      expect(seen.data).toMatchObject({ id: blocked.userId, creator: null, blockedByYou: true });
    else expect(seen).toMatchObject(NOT_THERE);
    for (const by of [anyone, blocker, await asViewer(), await asStaff('support')])
      expect((await by.get(at(blocker))).status).toBe(200);
  });
});

describe("a user's sessions", () => {
  it('are paged newest first, without cancelled and private ones', async () => {
    const [creator, other] = await Promise.all([asCreator(), asCreator()]);
    await aStream(other);
    const ids: string[] = [];
    for (const status of ['ended', 'ended', 'live', 'scheduled'] as const)
      ids.unshift(await aStream(creator, { status }));
    await aStream(creator, { status: 'cancelled' });
    const secret = await aStream(creator, { status: 'ended', visibility: 'private' });
    const list = async (by: Pick<Person, 'get'>, query = '') => {
      const { data } = await by.get(`users/${creator.userId}/sessions${query}`);
      return { ids: data.items.map(({ id }: { id: string }) => id), pagination: data.pagination };
    };
    expect(await list(anyone)).toMatchObject({ ids, pagination: { total: 4 } });
    expect((await list(creator)).ids).toEqual([secret, ...ids]);
    expect((await list(anyone, '?perPage=3&page=2')).ids).toEqual(ids.slice(3));
  });

  it('are none if the user is a viewer', async () => {
    const viewer = await asViewer();
    const { data } = await anyone.get(`users/${viewer.userId}/sessions`);
    expect(data).toEqual({ items: [], pagination: { page: 1, perPage: 20, total: 0, totalPages: 0 } });
  });

  it('refuse an invalid page', async () => {
    const viewer = await asViewer();
    for (const query of ['page=0', 'perPage=1000', 'creatorId=x'])
      expect((await anyone.get(`users/${viewer.userId}/sessions?${query}`)).status).toBe(422);
  });
});
