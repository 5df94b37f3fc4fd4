/** A block is complete: it goes through every read that there is, so an endpoint that forgets the blocks fails here unasked. */
import { beforeEach, describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { giveCoins, once } from '#test/support/money';
import { aShow, whereSeen } from '#test/support/shows';
import { actorOf, asCreator, asViewer } from '#test/support/users';
import { addModerator } from '@/domains/live/channels/write';
import { follow, followCreator } from '@/domains/people/social/follow';
import { newId } from '@/shared/ids';

const guest = client();

beforeEach(() => {
  standInForLiveKit(); // who is blocked leaves the video too
});

describe('across a block', () => {
  it('no read shows either to the other', async () => {
    const show = await aShow();
    const [stranger, blocked, blocker] = [await asViewer(), await asViewer(), await asViewer()];
    for (const reader of [stranger, blocked, blocker]) await reader.post(`social/follow/${show.creator.userId}`);
    expect((await show.creator.post(`social/block/${blocked.userId}`)).data).toEqual({ blocked: true });
    expect((await blocker.post(`social/block/${show.creator.userId}`)).data).toEqual({ blocked: true });
    const { names } = show;
    // What a stranger sees says that the question is put rightly.
    expect(await whereSeen(stranger, show)).toEqual(
      expect.arrayContaining([
        `stream/${names.streamId}`,
        `stream/${names.username}`,
        `viewer/stream/${names.username}`,
        `sessions/${names.streamId}`,
        `stream/live?q=${show.word}`,
        `viewer/live?q=${show.word}`,
        `viewer/search?q=${show.word}`,
        'viewer/recommended?perPage=100',
        'viewer/following?perPage=100',
        `social/creators?q=${show.word}`,
        `social/creator/${names.username}`,
        `payment/tiers/${names.userId}`,
        `content/posts/${names.postId}`,
        `content/users/${names.userId}/posts?perPage=100`,
        `sessions?creatorId=${names.userId}`,
        `search?q=${show.word}`,
      ]),
    );
    expect(await whereSeen(blocked, show)).toEqual([]);
    // The blocker sees whom they block, so that it can be undone.
    expect((await whereSeen(blocker, show)).toSorted()).toEqual(
      [
        ...['social/blocks?perPage=100', `social/creator/${names.username}`],
        ...[`users/${names.userId}`, `users/${names.username}`],
      ].toSorted(),
    );
  });

  it('neither can enter, write, gift, subscribe or follow', async () => {
    const { creator, streamId, names, word } = await aShow();
    const viewer = await asViewer();
    await giveCoins(viewer.userId, 10_000);
    const tiers = (await viewer.get(`payment/tiers/${creator.userId}`)).data.tiers;
    await creator.post(`social/block/${viewer.userId}`);
    const doors: [string, unknown?, true?][] = [
      [`stream/${streamId}/join`],
      ['viewer/token', { streamId }],
      [`stream/token/${creator.userId}`],
      [`sessions/${streamId}/token`],
      ['stream/chat/message', { streamId, text: word }],
      [`sessions/${streamId}/chat`, { text: word }],
      ['payment/tip', { coins: 100, recipientId: creator.userId }, true],
      ['payment/tip', { coins: 100, streamId }, true],
      ['payment/subscribe', { creatorId: creator.userId, tierId: tiers[0].id }, true],
      [`social/follow/${creator.userId}`],
      [`content/posts/${names.postId}/like`, { liked: true }],
      ['content/comments', { postId: names.postId, text: word }],
    ];
    for (const [path, body, money] of doors) {
      const { status, error } = await viewer.post(path, body, money ? once() : {});
      expect([path, status, error?.code]).toEqual([path, 404, expect.stringMatching(/_NOT_FOUND$/)]);
    }
  });

  it('a moderator of the channel has no rights', async () => {
    const { creator, streamId } = await aShow();
    const [moderator, other] = [await asViewer(), await asViewer()];
    await addModerator(testContext(), creator.channelId, moderator.userId);
    const timeOut = () => moderator.post(`stream/${streamId}/moderation`, { action: 'kick', userId: other.userId });
    expect((await timeOut()).status).toBe(200);
    await creator.post(`social/block/${moderator.userId}`);
    expect((await timeOut()).status).toBe(404);
    expect((await moderator.get(`stream/${streamId}/moderation`)).status).toBe(404);
  });

  it('the same holds between viewers, until the user is unblocked', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    await followCreator(testContext(), actorOf(viewer), creator.userId);
    expect((await viewer.post(`social/block/${creator.userId}`)).status).toBe(200);
    expect((await creator.get(`social/follow/${viewer.userId}`)).error.code).toBe('USER_NOT_FOUND');
    expect((await creator.get(`social/following/${viewer.userId}`)).error.code).toBe('USER_NOT_FOUND');
    for (let time = 0; time < 2; time += 1)
      expect((await viewer.delete(`social/block/${creator.userId}`)).data).toEqual({ blocked: false });
    // Follows do not come back.
    expect((await viewer.get(`social/follow/${creator.userId}`)).data).toMatchObject({
      following: false,
      followerCount: 0,
    });
    await follow(testContext(), viewer.userId, creator.userId);
    expect((await viewer.get(`social/follow/${creator.userId}`)).data.following).toBe(true);
  });

  it("one side's unblock leaves the other side's block", async () => {
    const [one, other] = [await asCreator(), await asCreator()];
    await one.post(`social/block/${other.userId}`);
    await other.post(`social/block/${one.userId}`);
    await one.delete(`social/block/${other.userId}`);
    expect((await one.get(`social/creator/${other.username}`)).status).toBe(404);
    expect((await other.get(`social/creator/${one.username}`)).data.blockedByYou).toBe(true);
  });
});

describe('blocking', () => {
  it('needs an account, and another user who exists', async () => {
    const viewer = await asViewer();
    expect((await guest.post(`social/block/${viewer.userId}`)).status).toBe(401);
    expect((await guest.delete(`social/block/${viewer.userId}`)).status).toBe(401);
    expect((await viewer.post(`social/block/${viewer.userId}`)).error.code).toBe('NOT_ONESELF');
    for (const userId of [newId(), '%00', 'x'])
      expect((await viewer.post(`social/block/${userId}`)).error.code).toBe('USER_NOT_FOUND');
    expect((await viewer.delete(`social/block/${newId()}`)).data).toEqual({ blocked: false });
  });
});
