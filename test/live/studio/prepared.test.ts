/** What the next start of an encoder goes live as: one prepared stream, or a show whose time has come. */
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { joinRoom } from '#test/support/rooms';
import { asCreator } from '#test/support/users';
import { readStatus } from '@/domains/live/studio/status';
import { HOUR_MS } from '@/shared/time';

const inAnHour = () => new Date(Date.now() + HOUR_MS).toISOString();

describe('a stream that is prepared', () => {
  it('replaces the one prepared before, which is cancelled and whose room is notified', async () => {
    const creator = await asCreator();
    const first = (await creator.post('stream/create', { title: 'First' })).data.id;
    const waiting = await joinRoom(first);
    const second = (await creator.post('stream/create', { title: 'Second' })).data.id;
    expect((await creator.get(`stream/${first}`)).data).toMatchObject({ status: 'cancelled' });
    expect(await waiting.next('stream-ended')).toMatchObject({ streamId: first });
    expect((await creator.get('stream/status')).data.next).toMatchObject({ streamId: second, title: 'Second' });
  });

  it('is the only one left of many prepared at once', async () => {
    const creator = await asCreator();
    const answers = await Promise.all([1, 2, 3, 4].map(() => creator.post('stream/create', {})));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const { data } = await creator.get(`sessions?creatorId=${creator.userId}&status=scheduled`);
    expect(data.items).toHaveLength(1);
  });

  it('replaces neither drafts nor scheduled shows, nor a prepared stream that got a date', async () => {
    const creator = await asCreator();
    const kept = [
      (await creator.post('sessions', {})).data.id,
      (await creator.post('sessions', { scheduledFor: inAnHour() })).data.id,
      (await creator.post('stream/create', {})).data.id,
    ];
    await creator.put(`sessions/${kept[2]}`, { scheduledFor: inAnHour() });
    await creator.post('stream/create', {});
    for (const id of kept) expect((await creator.get(`sessions/${id}`)).data.status).toBe('scheduled');
  });

  it('can be replaced even if the creator has fifty waiting streams', async () => {
    const creator = await asCreator();
    for (let index = 0; index < 49; index += 1) await creator.post('sessions', {});
    expect((await creator.post('stream/create', {})).status).toBe(201);
    expect((await creator.post('stream/create', {})).status).toBe(201);
    expect((await creator.post('sessions', {})).error.code).toBe('TOO_MANY_SCHEDULED');
  });
});

describe('the status', () => {
  const nextOf = async (creator: Awaited<ReturnType<typeof asCreator>>) =>
    (await creator.get('stream/status')).data.next;

  it('shows the stream that the next start takes live, also while another is live', async () => {
    const creator = await asCreator();
    expect(await nextOf(creator)).toBeNull();
    const { id } = (await creator.post('stream/create', { title: 'Behind the door', visibility: 'private' })).data;
    const next = { streamId: id, title: 'Behind the door', visibility: 'private', scheduledFor: null };
    expect(await nextOf(creator)).toEqual(next);
    await creator.post(`sessions/${id}/start`);
    expect(await nextOf(creator)).toBeNull();
    const after = (await creator.post('stream/create', {})).data.id;
    expect(await nextOf(creator)).toMatchObject({ streamId: after });
  });

  it('shows a show from an hour before its date until an hour after it, and never a draft', async () => {
    const creator = await asCreator();
    await creator.post('sessions', {});
    const start = Date.now();
    const scheduledFor = new Date(start + 2 * HOUR_MS).toISOString();
    const { id } = (await creator.post('sessions', { scheduledFor })).data;
    const seen = [0, 1.5, 2.5, 3.5].map(async (hours) => {
      const ctx = { ...testContext(), now: () => start + hours * HOUR_MS };
      return (await readStatus(ctx, creator.userId)).next?.streamId ?? null;
    });
    expect(await Promise.all(seen)).toEqual([null, id, id, null]);
  });
});
