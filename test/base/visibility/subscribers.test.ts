/** A subscriber has all that a follower has: each door, feed, list and rule is asked as a follower, a subscriber and a stranger. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { standInForLiveKit } from '#test/support/livekit';
import { plansOf } from '#test/support/plans';
import { aPost } from '#test/support/posts';
import { anOpenStream } from '#test/support/streams';
import { aSubscriber, aTier, giveSubscribers } from '#test/support/subscriptions';
import { actorOf, asCreator, asViewer, type Person } from '#test/support/users';
import { listFeed } from '@/domains/content/feeds/personal-feed';

const word = `w${crypto.randomUUID().replaceAll('-', '')}`.slice(0, 20);

const setState = (subscriptionId: string, status: string) =>
  env.DB.prepare('UPDATE subscriptions SET status = ? WHERE id = ?').bind(status, subscriptionId).run();

async function makeMembers() {
  const creator = await asCreator();
  const tier = await aTier(creator);
  const [follower, stranger] = [await asViewer(), await asViewer()];
  await follower.post(`social/follow/${creator.userId}`);
  const [subscriber, inGrace, former] = [
    await aSubscriber(creator, tier, 100),
    await aSubscriber(creator, tier, 100),
    await aSubscriber(creator, tier, 100),
  ];
  await setState(inGrace.subscriptionId, 'grace');
  await setState(former.subscriptionId, 'ended');
  const streamId = await anOpenStream(creator, { visibility: 'followers' }, { chatFollowersOnly: true });
  const forFollowers = await aPost(creator, { visibility: 'followers', text: `${word} close` });
  const forSubscribers = await aPost(creator, { visibility: 'subscribers', text: `${word} closer` });
  return { creator, streamId, forFollowers, forSubscribers, follower, subscriber, inGrace, former, stranger };
}

let made: Awaited<ReturnType<typeof makeMembers>>;
beforeAll(async () => {
  made = await makeMembers();
}, 60_000);

type Name = 'follower' | 'subscriber' | 'inGrace' | 'former' | 'stranger';
const WHO: [Name, 'a member' | 'none', 'a subscriber' | 'none'][] = [
  ['follower', 'a member', 'none'],
  ['subscriber', 'a member', 'a subscriber'],
  ['inGrace', 'a member', 'a subscriber'],
  ['former', 'none', 'none'],
  ['stranger', 'none', 'none'],
];

/** The status of the subscription that they have or had. */
const STATUS: Readonly<Partial<Record<Name, string>>> = { subscriber: 'active', inGrace: 'grace', former: 'ended' };

const idsOf = ({ data }: Awaited<ReturnType<Person['get']>>) => data.items.map(({ id }: { id: string }) => id);

describe.each(WHO)('%s, %s and %s,', (name, membership, subscription) => {
  const isMember = membership === 'a member';
  const isSubscriber = subscription === 'a subscriber';

  it('enters, watches and reads a stream for followers as far as membership goes', async () => {
    standInForLiveKit();
    const { [name]: who, streamId } = made;
    for (const [method, path, body] of [
      ['POST', `stream/${streamId}/join`],
      ['POST', 'viewer/token', { streamId }],
      ['GET', `stream/chat/${streamId}`],
      ['GET', `stream/${streamId}/viewers`],
    ] as const) {
      const { status, error } = await who.call(method, path, body ? { body } : {});
      expect([path, status, error?.code]).toEqual([path, ...(isMember ? [200, undefined] : [403, 'FOLLOWERS_ONLY'])]);
    }
  });

  it('writes where followers alone may write, as far as membership goes', async () => {
    const creator = await asCreator();
    const streamId = await anOpenStream(creator, {}, { chatFollowersOnly: true });
    const who = made[name];
    if (name === 'follower') await who.post(`social/follow/${creator.userId}`);
    else if (STATUS[name]) await giveSubscribers(creator.userId, [who.userId], { status: STATUS[name] });
    const { status, error } = await who.post(`sessions/${streamId}/chat`, { text: 'Hello' });
    expect([status, error?.code]).toEqual(isMember ? [201, undefined] : [403, 'FOLLOWERS_ONLY']);
  });

  it('has the creator among the live streams of their own, and recommended first', async () => {
    const { [name]: who, streamId } = made;
    expect(idsOf(await who.get('viewer/following?perPage=100')).includes(streamId)).toBe(isMember);
    const [other] = [await anOpenStream(await asCreator(), { viewerCount: 1_000_000 })];
    const order = idsOf(await who.get('viewer/recommended?perPage=100'));
    expect(order.indexOf(streamId) < order.indexOf(other)).toBe(isMember);
  });

  it('sees, finds and comments on exactly the posts that membership opens', async () => {
    const { [name]: who, creator, forFollowers, forSubscribers } = made;
    const open = [...(isSubscriber ? [forSubscribers] : []), ...(isMember ? [forFollowers] : [])];
    const shut = [forFollowers, forSubscribers].filter((id) => !open.includes(id));
    expect(idsOf(await who.get('content/feed?perPage=100')).slice(0, open.length)).toEqual(open);
    expect(idsOf(await who.get(`content/users/${creator.userId}/posts`))).toEqual(open);
    const found = (await who.get(`search?type=posts&q=${word}`)).data.posts.items;
    expect(found.map(({ id }: { id: string }) => id)).toEqual(open);
    for (const id of open) {
      expect((await who.get(`content/posts/${id}`)).status).toBe(200);
      expect((await who.post('content/comments', { postId: id, text: 'Yes' })).status).toBe(201);
    }
    for (const id of shut) {
      expect((await who.get(`content/posts/${id}`)).status).toBe(403);
      expect((await who.post(`content/posts/${id}/like`, { liked: true })).status).toBe(403);
      expect(idsOf(await who.get('content/feed?perPage=100'))).not.toContain(id);
    }
  });

  it('counts as following only after a follow', async () => {
    const { [name]: who, creator } = made;
    const isFollower = name === 'follower';
    expect((await who.get(`social/follow/${creator.userId}`)).data).toMatchObject({
      following: isFollower,
      followerCount: 1,
    });
    expect((await who.get(`social/creator/${creator.username}`)).data).toMatchObject({
      following: isFollower,
      subscribed: isSubscriber,
      followerCount: 1,
    });
    expect(idsOf(await creator.get(`social/followers/${creator.userId}`)).includes(who.userId)).toBe(isFollower);
    expect(idsOf(await who.get(`social/following/${who.userId}`)).includes(creator.userId)).toBe(isFollower);
  });
});

describe('a feed', () => {
  it('has each post once for whoever both follows and subscribes, whether walked or merged', async () => {
    const [creator, reader] = [await asCreator(), await aSubscriberOf(await asCreator())];
    const tier = await aTier(creator);
    const both = await aSubscriber(creator, tier, 100);
    await both.post(`social/follow/${creator.userId}`);
    const posts = [await aPost(creator), await aPost(creator, { visibility: 'subscribers' }), await aPost(creator)];
    const { data } = await both.get('content/feed?perPage=100');
    const ids: string[] = data.items.map(({ id }: { id: string }) => id);
    expect(ids.slice(0, 3)).toEqual(posts.toReversed());
    expect(new Set(ids).size).toBe(ids.length);
    // Many creators for a page of one: the walk, down to the creator who is subscribed to alone.
    const followed = await Promise.all(Array.from({ length: 6 }, () => asCreator()));
    for (const { userId } of followed) await reader.post(`social/follow/${userId}`);
    const own = await aPost(reader.creator, { visibility: 'followers' });
    expect((await reader.get('content/feed?perPage=1')).data.items).toMatchObject([{ id: own }]);
  });

  it('goes by indexes alone', async () => {
    const plans = await plansOf((ctx) => listFeed(ctx, actorOf({ userId: 'r', email: '' }), { perPage: 20 }));
    for (const plan of plans) expect(plan).not.toMatch(/SCAN (follows|subscriptions|followed|subscribed|users)\b/);
  });
});

async function aSubscriberOf(creator: Person) {
  return { ...(await aSubscriber(creator, await aTier(creator), 100)), creator };
}
