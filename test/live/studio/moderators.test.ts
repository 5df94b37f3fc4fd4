import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { recordingContext } from '#test/support/outbox';
import { asCreator, asUser, asViewer } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { moderators } from '@/domains/live/channels/tables';
import { rememberRoom } from '@/domains/live/rooms/last-rooms';
import { nameModerator, removeModerator } from '@/domains/live/studio/moderators';
import { blockUser } from '@/domains/people/social/block';
import { newId } from '@/shared/ids';

describe('moderators', () => {
  it('are added once, listed with their cards, and removed', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    for (let time = 0; time < 2; time += 1)
      expect((await creator.put(`stream/moderators/${viewer.userId}`)).status).toBe(200);
    const { data } = await creator.get('stream/moderators');
    expect(data).toMatchObject({ items: [{ id: viewer.userId, username: viewer.username }], pagination: { total: 1 } });
    for (let time = 0; time < 2; time += 1)
      expect((await creator.delete(`stream/moderators/${viewer.userId}`)).status).toBe(200);
    expect((await creator.get('stream/moderators')).data.items).toEqual([]);
  });

  it('of one channel have no rights in another', async () => {
    const [one, other, viewer] = [await asCreator(), await asCreator(), await asViewer()];
    await one.put(`stream/moderators/${viewer.userId}`);
    expect((await other.get('stream/moderators')).data.items).toEqual([]);
    await other.delete(`stream/moderators/${viewer.userId}`);
    expect((await one.get('stream/moderators')).data.items).toHaveLength(1);
  });

  it('are announced to the rooms that they entered', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    const { data } = await creator.post('stream/create', {});
    await rememberRoom(testContext(), viewer.userId, data.id);
    const { ctx, events } = recordingContext();
    await nameModerator(ctx, creator.userId, viewer.userId);
    await removeModerator(ctx, creator.userId, viewer.userId);
    const told = { kind: 'room', roomId: data.id, command: { type: 'standing-changed', userId: viewer.userId } };
    expect(events.filter(({ kind }) => kind === 'room')).toEqual([told, told]);
  });

  it('are notified once when they are named, and no longer once they are removed', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    const notified = async () =>
      (await viewer.get('user/notifications')).data.items.filter(
        ({ kind }: { kind: string }) => kind === 'moderator-named',
      );
    for (let time = 0; time < 2; time += 1) await creator.put(`stream/moderators/${viewer.userId}`);
    await expect.poll(notified).toMatchObject([{ data: { creatorId: creator.userId } }]);
    await creator.delete(`stream/moderators/${viewer.userId}`);
    await expect.poll(notified).toEqual([]);
  });

  it('cannot be the creator, an unknown user or a user behind a block', async () => {
    const [creator, blocked] = [await asCreator(), await asViewer()];
    expect(await creator.put(`stream/moderators/${creator.userId}`)).toMatchObject({
      status: 409,
      error: { code: 'MODERATOR_NOT_POSSIBLE' },
    });
    await blockUser(testContext(), creator.userId, blocked.userId);
    for (const id of [blocked.userId, newId(), 'nobody'])
      expect(await creator.put(`stream/moderators/${id}`)).toMatchObject({
        status: 404,
        error: { code: 'USER_NOT_FOUND' },
      });
    expect(await creator.delete(`stream/moderators/${newId()}`)).toMatchObject({ status: 404 });
  });

  it('are at most a hundred, even if two requests race for the last place', async () => {
    const creator = await asCreator();
    const ctx = testContext();
    const ids = Array.from({ length: 99 }, newId);
    for (const id of ids) {
      const name = `m${id.replaceAll('-', '').slice(-20)}`;
      const row = { id, email: name, emailKey: name, username: name, displayName: name, createdAt: 1, updatedAt: 1 };
      await ctx.db.batch([
        ctx.db.insert(users).values(row),
        ctx.db.insert(moderators).values({ channelId: creator.channelId, userId: id, createdAt: 1 }),
      ]);
    }
    const pair = [await asViewer(), await asViewer()];
    const answers = await Promise.all(pair.map(({ userId }) => creator.put(`stream/moderators/${userId}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.error.code).toBe('TOO_MANY_MODERATORS');
    expect((await creator.put(`stream/moderators/${ids[0]}`)).status).toBe(200); // is one already
    const page = await creator.get('stream/moderators?page=2&perPage=60');
    expect(page.data).toMatchObject({ pagination: { total: 100, totalPages: 2 } });
    expect(page.data.items).toHaveLength(40);
  });

  it('can only be managed by approved creators', async () => {
    const viewer = await asViewer();
    const pending = await asUser({ creatorStatus: 'PENDING' });
    for (const who of [viewer, pending])
      for (const call of [who.get('stream/moderators'), who.put(`stream/moderators/${newId()}`)])
        expect(await call).toMatchObject({ status: 403, error: { code: 'CREATOR_APPROVAL_REQUIRED' } });
    expect((await client().delete(`stream/moderators/${viewer.userId}`)).status).toBe(401);
  });
});
