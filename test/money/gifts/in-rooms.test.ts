/** Gifts and tips to people on the stage of a user's room. */
import { and, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { coinsOf, diamondsOf, giveCoins, once } from '#test/support/money';
import { prove } from '#test/support/proof';
import { aUser, joinRoom } from '#test/support/rooms';
import { aStage } from '#test/support/stages';
import { asCreator, asGuide, asUser, asViewer, type Person } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { roomBans } from '@/domains/live/rooms/tables';
import { roomMembers, roomSpeakers, userRooms } from '@/domains/live/user-rooms/tables';
import { giftsSent, roomGiftDays } from '@/domains/money/gifts/tables';
import { guideTerms } from '@/domains/people/guides/tables';
import { block } from '@/domains/people/social/block';
import { blockedRegions } from '@/domains/people/social/tables';
import { ledgerTransfers } from '@/ledger/tables';
import { newId } from '@/shared/ids';

const ROSE = '01900000-0000-7000-9001-000000000001';

async function richViewer(traits: Parameters<typeof asUser>[0] = {}): Promise<Person> {
  const viewer = await asUser(traits);
  await giveCoins(viewer.userId, 1_000);
  return viewer;
}

const tip = (who: Person, recipientId: string, roomId: string, more: object = {}, key = once()) =>
  who.post('payment/tip', { coins: 10, recipientId, roomId, ...more }, key);

const codeOf = ({ status, error }: { status: number; error?: { code: string } }) => [status, error?.code];

describe('a gift in a room', () => {
  it('goes to the speaker, is shown to the room, and moves exactly what a gift moves', async () => {
    const [viewer, host, guide] = [await richViewer(), await asViewer(), await asGuide()];
    const roomId = await aStage(host, [guide]);
    const witness = await joinRoom(roomId, aUser());
    const body = { giftId: ROSE, quantity: 2, recipientId: guide.userId, roomId, message: 'Well said' };
    const key = once();
    const { status, data } = await viewer.post('payment/gift', body, key);
    expect(status).toBe(201);
    expect(data).toMatchObject({
      roomId,
      streamId: null,
      coins: 20,
      message: 'Well said',
      recipient: { id: guide.userId },
    });
    expect(await witness.next('gift-sent')).toMatchObject({
      ...{ id: data.id, recipient: { id: guide.userId }, sender: { id: viewer.userId }, message: 'Well said' },
    });
    expect((await viewer.post('payment/gift', body, key)).data).toEqual(data);
    expect([await coinsOf(viewer.userId), await diamondsOf(guide.userId)]).toEqual([980, 10]);
    const { kind, amount } = ledgerTransfers;
    expect(
      await testContext()
        .db.select({ kind, amount })
        .from(ledgerTransfers)
        .where(and(eq(ledgerTransfers.refType, 'gift'), eq(ledgerTransfers.refId, data.id)))
        .orderBy(ledgerTransfers.leg),
    ).toEqual([
      { kind: 'gift', amount: 20 },
      { kind: 'gift_earning', amount: 10 },
    ]);
    expect((await guide.get('payment/gifts-received')).data.items).toMatchObject([
      { id: data.id, roomId, diamonds: 10 },
    ]);
    expect((await guide.get('user/notifications')).data.items).toEqual([]);
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it('can go to the host, and to a creator who speaks', async () => {
    const [viewer, host, creator] = [await richViewer(), await asGuide(), await asCreator()];
    const roomId = await aStage(host, [creator]);
    expect((await tip(viewer, host.userId, roomId)).status).toBe(201);
    expect((await tip(viewer, creator.userId, roomId)).status).toBe(201);
    expect([await diamondsOf(host.userId), await diamondsOf(creator.userId)]).toEqual([5, 5]);
  });

  it('counts as a guide’s only while the approval lasts', async () => {
    const [viewer, both] = [await richViewer(), await asCreator({ guideStatus: 'APPROVED' })];
    const roomId = await aStage(both);
    await tip(viewer, both.userId, roomId);
    await testContext().db.update(guideTerms).set({ toAt: 1 }).where(eq(guideTerms.userId, both.userId));
    await tip(viewer, both.userId, roomId, { coins: 20 });
    const { asGuide: counts, diamonds } = roomGiftDays;
    expect(
      await testContext()
        .db.select({ counts, diamonds })
        .from(roomGiftDays)
        .where(eq(roomGiftDays.userId, both.userId))
        .orderBy(counts),
    ).toEqual([
      { counts: 0, diamonds: 10 },
      { counts: 1, diamonds: 5 },
    ]);
  });

  it('has its words judged by the chat of the room, and its author or staff can delete them', async () => {
    const [viewer, guide] = [await richViewer(), await asGuide()];
    const roomId = await aStage(guide);
    expect((await tip(viewer, guide.userId, roomId, { message: 'again' })).data.message).toBe('again');
    const twice = await tip(viewer, guide.userId, roomId, { message: 'again' });
    expect(twice.data).toMatchObject({ message: null, messageRefused: { code: 'DUPLICATE_MESSAGE' } });
    const { data } = await tip(viewer, guide.userId, roomId, { message: 'a slip' });
    expect((await viewer.delete(`sessions/${roomId}/chat/${data.id}`)).status).toBe(200);
    const row = await testContext().db.select().from(giftsSent).where(eq(giftsSent.id, data.id)).get();
    expect(row).toMatchObject({ message: null, roomId, streamId: null });
  });

  it('comes from its host also in a country where they hide from others', async () => {
    const [host, guide] = [await richViewer(), await asGuide()];
    const roomId = await aStage(host, [guide]);
    await testContext().db.insert(blockedRegions).values({ creatorId: host.userId, region: 'DE' });
    const inGermany = { headers: { ...once().headers, 'x-dev-country': 'DE' } };
    expect((await tip(host, guide.userId, roomId, {}, inGermany)).status).toBe(201);
  });
});

describe('a gift in a room is refused', () => {
  it('if the recipient is not on the stage, is neither a creator nor a guide, or is the sender', async () => {
    const [viewer, host, listener, speaker] = [await richViewer(), await asViewer(), await asGuide(), await asViewer()];
    const roomId = await aStage(host, [speaker]);
    expect(codeOf(await tip(viewer, listener.userId, roomId))).toEqual([409, 'NOT_ON_STAGE']);
    expect(codeOf(await tip(viewer, speaker.userId, roomId))).toEqual([409, 'NOT_A_CREATOR']);
    expect(codeOf(await tip(viewer, newId(), roomId))).toEqual([404, 'USER_NOT_FOUND']);
    const guide = await richViewer({ guideStatus: 'APPROVED' });
    expect(codeOf(await tip(guide, guide.userId, await aStage(guide)))).toEqual([422, 'NOT_ONESELF']);
    const suspended = await asUser({ guideStatus: 'SUSPENDED' });
    expect(codeOf(await tip(viewer, suspended.userId, await aStage(suspended)))).toEqual([409, 'NOT_A_CREATOR']);
    expect(await coinsOf(viewer.userId)).toBe(1_000);
  });

  it('if the sender may not be in the room', async () => {
    const ctx = testContext();
    const [viewer, guide] = [await richViewer(), await asGuide()];
    expect(codeOf(await tip(viewer, guide.userId, newId()))).toEqual([404, 'STREAM_NOT_FOUND']);
    const isPrivate = await aStage(guide, [], { isPrivate: true });
    expect(codeOf(await tip(viewer, guide.userId, isPrivate))).toEqual([404, 'STREAM_NOT_FOUND']);
    await ctx.db
      .insert(roomMembers)
      .values({ roomId: isPrivate, userId: viewer.userId, addedBy: guide.userId, createdAt: 0 });
    expect((await tip(viewer, guide.userId, isPrivate)).status).toBe(201);
    await ctx.db
      .insert(roomBans)
      .values({ roomId: isPrivate, userId: viewer.userId, bannedBy: guide.userId, createdAt: 0 });
    expect(codeOf(await tip(viewer, guide.userId, isPrivate))).toEqual([403, 'BANNED']);
    const closed = await aStage(guide, [], { status: 'closed', closeReason: 'host', closedAt: Date.now() });
    expect(codeOf(await tip(viewer, guide.userId, closed))).toEqual([409, 'ROOM_CLOSED']);
    const hidden = await aStage(guide, [], { hiddenAt: Date.now() });
    expect(codeOf(await tip(viewer, guide.userId, hidden))).toEqual([404, 'STREAM_NOT_FOUND']);
  });

  it('if a block, a ban or a country stands between the sender and the host or the speaker', async () => {
    const ctx = testContext();
    const [viewer, host, guide] = [await richViewer(), await asViewer(), await asGuide()];
    const roomId = await aStage(host, [guide]);
    await block(ctx, guide.userId, viewer.userId);
    expect(codeOf(await tip(viewer, guide.userId, roomId))).toEqual([404, 'USER_NOT_FOUND']);
    const other = await richViewer();
    await block(ctx, host.userId, other.userId);
    expect(codeOf(await tip(other, guide.userId, roomId))).toEqual([404, 'STREAM_NOT_FOUND']);
    const third = await richViewer();
    await ctx.db.insert(blockedRegions).values({ creatorId: host.userId, region: 'DE' });
    const inGermany = { headers: { ...once().headers, 'x-dev-country': 'DE' } };
    expect(codeOf(await tip(third, guide.userId, roomId, {}, inGermany))).toEqual([404, 'STREAM_NOT_FOUND']);
    await ctx.db.update(users).set({ status: 'banned' }).where(eq(users.id, guide.userId));
    expect(codeOf(await tip(third, guide.userId, roomId))).toEqual([404, 'USER_NOT_FOUND']);
    await ctx.db.update(users).set({ status: 'banned' }).where(eq(users.id, host.userId));
    expect(codeOf(await tip(third, guide.userId, roomId))).toEqual([404, 'STREAM_NOT_FOUND']);
    expect(await coinsOf(third.userId)).toBe(1_000);
  });

  it('if it names a stream too, or a room without a recipient', async () => {
    const [viewer, guide] = [await richViewer(), await asGuide()];
    const roomId = await aStage(guide);
    expect((await tip(viewer, guide.userId, roomId, { streamId: newId() })).status).toBe(422);
    expect((await viewer.post('payment/tip', { coins: 10, roomId }, once())).status).toBe(422);
    expect((await viewer.post('payment/tip', { coins: 10, roomId, streamId: newId() }, once())).status).toBe(422);
  });

  it('once the speaker has left the stage', async () => {
    const [viewer, host, guide] = [await richViewer(), await asViewer(), await asGuide()];
    const roomId = await aStage(host, [guide]);
    expect((await tip(viewer, guide.userId, roomId)).status).toBe(201);
    await testContext().db.delete(roomSpeakers).where(eq(roomSpeakers.roomId, roomId));
    expect(codeOf(await tip(viewer, guide.userId, roomId))).toEqual([409, 'NOT_ON_STAGE']);
    await testContext().db.update(userRooms).set({ hostId: guide.userId }).where(eq(userRooms.id, roomId));
    expect((await tip(viewer, guide.userId, roomId)).status).toBe(201);
  });
});
