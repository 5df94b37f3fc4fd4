/** The card of a user, wherever it stands: its role is true, and it says whether its reader follows the user. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { giveCoins, giveDiamonds, once } from '#test/support/money';
import { aPost } from '#test/support/posts';
import { anOrderOf, aProduct, asSeller } from '#test/support/shop';
import { aStream } from '#test/support/streams';
import { aTier } from '#test/support/subscriptions';
import { aRoom } from '#test/support/user-rooms';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { newId } from '@/shared/ids';

const anyone = client();
const ROSE = '01900000-0000-7000-9001-000000000001';

interface Card {
  readonly id: string;
  readonly role: string;
  readonly following?: boolean;
}

/** Every card in an answer, however deep. */
function cardsIn(value: unknown): Card[] {
  if (typeof value !== 'object' || value === null) return [];
  const isCard = 'username' in value && 'isLive' in value && 'followerCount' in value;
  return [...(isCard ? [value as unknown as Card] : []), ...Object.values(value).flatMap(cardsIn)];
}

describe('a card', () => {
  let creator: Person & { channelId: string };
  let fan: Person;
  let other: Person;
  let names: Record<string, string>;

  beforeAll(async () => {
    [creator, fan, other] = await Promise.all([asSeller(), asViewer(), asViewer()]);
    const mark = `w${newId().slice(-12)}`;
    await creator.put('user/profile', { displayName: `Ada ${mark}` });
    await fan.post(`social/follow/${creator.userId}`);
    const streamId = await aStream(creator, { title: `A show ${mark}` });
    const productId = await aProduct(creator.userId, { title: `A shirt ${mark}` });
    const orderId = await anOrderOf(productId, { buyerId: fan.userId });
    const postId = await aPost(creator, { text: `Hello ${mark}` });
    const room = await aRoom(creator, { title: `A room ${mark}` });
    await fan.post('content/comments', { postId, text: 'Nice' });
    await creator.post('content/comments', { postId, text: 'Thanks' });
    await Promise.all([giveCoins(fan.userId, 10_000), giveDiamonds(creator.userId, 10)]);
    const gift = await fan.post('payment/gift', { giftId: ROSE, recipientId: creator.userId }, once());
    const tierId = await aTier(creator, 100);
    const wish = { creatorId: creator.userId, tierId, expectedCoins: 100 };
    const subscribed = await fan.post('payment/subscribe', wish, once());
    await creator.put(`stream/moderators/${fan.userId}`, {});
    names = { mark, streamId, productId, orderId, postId, roomId: room.id, username: creator.username };
    expect([gift.status, subscribed.status]).toEqual([201, 201]);
    expect(cardsIn(gift.data).map(({ following }) => following)).toEqual([false, true]);
    expect(cardsIn(subscribed.data)).toMatchObject([{ id: creator.userId, following: true }]);
  });

  const at = (path: string) => path.replaceAll(/:(\w+)/g, (_, name: string) => names[name] ?? '');

  it.each([
    'users/:creatorId',
    'users?q=:mark',
    'social/creators?q=:mark',
    'social/creator/:username',
    'search?q=:mark&type=users,streams,products,posts',
    'search/sessions?q=:mark',
    'search/products?q=:mark',
    'stream/:streamId',
    'stream/:username',
    'viewer/stream/:username',
    'sessions/:streamId',
    'sessions?creatorId=:creatorId',
    'users/:creatorId/sessions',
    'users/:creatorId/products',
    'products/:productId',
    'products?creatorId=:creatorId',
    'stream/live?perPage=100',
    'content/posts/:postId',
    'content/posts/:postId/comments',
    'content/users/:creatorId/posts',
    'content/feed/public?perPage=100',
    'rooms/:roomId',
    'rooms?q=:mark',
  ])('at %s says to each reader whether they follow, and nothing to a guest', async (path) => {
    names.creatorId = creator.userId;
    const readers: [Pick<Person, 'get'>, boolean | undefined][] = [
      [fan, true],
      [other, false],
      [creator, false],
      [anyone, undefined],
    ];
    for (const [reader, following] of readers) {
      const { status, data, headers } = await reader.get(at(path));
      expect(status, path).toBe(200);
      const cards = cardsIn(data);
      const theirs = cards.filter(({ id }) => id === creator.userId);
      expect(theirs.length).toBeGreaterThan(0);
      for (const card of theirs) expect(card.following).toBe(following);
      for (const card of cards) expect(typeof card.following).toBe(following === undefined ? 'undefined' : 'boolean');
      expect(headers.get('cache-control') ?? '').not.toMatch(/public/);
    }
  });

  it.each([
    'viewer/following',
    'stream/recommended?perPage=100',
    'content/feed',
    'payment/gifts-sent',
    'payment/subscriptions',
    'orders',
    'orders/:orderId',
    'rooms/mine',
    'social/following/:fanId',
  ])('at %s says to a signed-in reader that they follow', async (path) => {
    names.fanId = fan.userId;
    const { status, data } = await fan.get(at(path));
    expect(status).toBe(200);
    const cards = cardsIn(data);
    if (path !== 'rooms/mine') expect(cards.some(({ id, following }) => id === creator.userId && following)).toBe(true);
    for (const { id, following } of cards) expect(following).toBe(id === creator.userId);
  });

  it.each([
    'payment/gifts-received',
    'payment/subscribers',
    'user/notifications',
    'earnings/history',
    'orders/sales',
    'stream/moderators',
    'payment/subscribers',
    'user/notifications',
    'social/followers/:creatorId',
    'rooms/mine',
    'products/mine',
    'creator/profile',
    'stream/past',
  ])('at %s says to a creator that they follow nobody', async (path) => {
    names.creatorId = creator.userId;
    const { status, data } = await creator.get(at(path));
    expect(status, JSON.stringify(data)).toBe(200);
    const cards = cardsIn(data);
    if (path !== 'stream/past') expect(cards.length).toBeGreaterThan(0);
    for (const { following } of cards) expect(following).toBe(false);
  });

  it('follows the button', async () => {
    const reader = await asViewer();
    const shown = async () => (await reader.get(`users/${creator.userId}`)).data.following;
    expect(await shown()).toBe(false);
    await reader.post(`social/follow/${creator.userId}`);
    expect(await shown()).toBe(true);
    await reader.delete(`social/follow/${creator.userId}`);
    expect(await shown()).toBe(false);
  });

  it('of a blocked user says false', async () => {
    const reader = await asViewer();
    await reader.post(`social/follow/${creator.userId}`);
    await reader.post(`social/block/${creator.userId}`);
    const [card] = cardsIn((await reader.get('social/blocks')).data);
    expect(card).toMatchObject({ id: creator.userId, following: false });
  });
});

describe('the role on a card', () => {
  it.each(['NONE', 'PENDING', 'REJECTED'] as const)('is viewer while the application is %s', async (creatorStatus) => {
    const applicant = await asUser({ role: 'dj', creatorStatus });
    for (const reader of [anyone, await asViewer(), applicant])
      expect((await reader.get(`users/${applicant.userId}`)).data.role).toBe('viewer');
    // The wish stays the applicant's own, and staff see it.
    expect((await applicant.get('user/profile')).data.role).toBe('dj');
    const staff = await asStaff('admin_l3');
    expect((await staff.get(`admin/users?q=${applicant.username}`)).data.items).toMatchObject([{ role: 'dj' }]);
    expect((await anyone.get(`users?role=dj&q=${applicant.username}`)).data.items).toEqual([]);
    expect((await anyone.get(`users?role=viewer&q=${applicant.username}`)).data.items).toMatchObject([
      { id: applicant.userId, role: 'viewer' },
    ]);
  });

  it('is the approved one from then on', async () => {
    const dj = await asCreator({ role: 'dj' });
    expect((await anyone.get(`users/${dj.userId}`)).data.role).toBe('dj');
    await env.DB.prepare(`UPDATE users SET creator_status = 'REJECTED' WHERE id = ?`).bind(dj.userId).run();
    expect((await anyone.get(`users/${dj.userId}`)).data.role).toBe('viewer');
  });
});
