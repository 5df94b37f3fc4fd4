/** What was played in a stream: for everyone who may read it, unless its DJ or staff hid it. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { joinRoom } from '#test/support/rooms';
import { aStream } from '#test/support/streams';
import { aShow, playing, setOf, trackRow } from '#test/support/tracks';
import { asDj, asStaff, asViewer, type Person } from '#test/support/users';
import { staffLog } from '@/domains/base/permissions/tables';
import { newId } from '@/shared/ids';

describe('a set list', () => {
  const listOf = async (reader: { get: Person['get'] }, streamId: string, query = '') =>
    (await reader.get(`sessions/${streamId}/setlist${query}`)).data;

  it('says what was played and when, to everyone, also after the end', async () => {
    const { dj, track, streamId } = await aShow();
    await env.DB.prepare('UPDATE streams SET started_at = started_at - 90000 WHERE id = ?').bind(streamId).run();
    await dj.put('dj/now-playing', { trackId: track.id });
    await dj.put('dj/now-playing', { title: 'Two' });
    await dj.post(`sessions/${streamId}/end`);
    const { items, pagination } = await listOf(client(), streamId);
    expect(items.map(({ track: { title } }: { track: { title: string } }) => title)).toEqual(['One', 'Two']);
    expect(items[0]).toEqual({
      id: expect.any(String),
      track: { id: track.id, title: 'One', artist: 'Ada', coverUrl: track.coverUrl, duration: track.duration },
      startedAt: expect.any(String),
      offsetSeconds: expect.any(Number),
    });
    expect(Math.round(items[0].offsetSeconds / 10)).toBe(9);
    expect(pagination).toMatchObject({ total: 2, page: 1 });
    expect((await listOf(client(), streamId, '?perPage=1&page=2')).items[0].track.title).toBe('Two');
    expect((await listOf(client(), streamId, '?page=9')).items).toEqual([]);
  });

  it('is empty where nothing was played, and not there for those who may not read the stream', async () => {
    const { dj, streamId } = await aShow();
    expect((await listOf(client(), streamId)).items).toEqual([]);
    const closed = await aStream(dj, { visibility: 'followers', status: 'ended' });
    const secret = await aStream(dj, { visibility: 'private', status: 'ended' });
    const code = async (id: string) => (await client().get(`sessions/${id}/setlist`)).error.code;
    expect([await code(closed), await code(secret), await code(newId())]).toEqual([
      'FOLLOWERS_ONLY',
      'STREAM_NOT_FOUND',
      'STREAM_NOT_FOUND',
    ]);
    expect((await listOf(dj, secret)).items).toEqual([]);
  });

  it('keeps the title of a track that was deleted, which stops playing', async () => {
    const { dj, track, streamId } = await aShow();
    const viewer = await joinRoom(streamId);
    await dj.put('dj/now-playing', { trackId: track.id });
    await dj.delete(`dj/track/${track.id}`);
    await viewer.next('now-playing', (event) => event.track === null);
    const { items } = await listOf(client(), streamId);
    expect(items.map((item: { track: unknown }) => item.track)).toEqual([
      { id: null, title: 'One', artist: 'Ada', coverUrl: null, duration: null },
    ]);
    expect(playing(await setOf(streamId))).toEqual([]);
    expect(await trackRow(track.id)).toBeUndefined();
  });

  it('hides an entry from all but its DJ and staff, and shows it again', async () => {
    const { dj, streamId } = await aShow();
    await dj.put('dj/now-playing', { title: 'Secret', hidden: true });
    await dj.put('dj/now-playing', { title: 'Open' });
    const [secret, open] = await setOf(streamId);
    const titles = async (reader: { get: Person['get'] }) =>
      (await listOf(reader, streamId)).items.map((item: { track: { title: string } }) => item.track.title);
    expect(await titles(client())).toEqual(['Open']);
    expect((await listOf(client(), streamId)).pagination.total).toBe(1);
    expect(await titles(dj)).toEqual(['Secret', 'Open']);
    expect(await titles(await asStaff('admin_l2'))).toEqual(['Secret', 'Open']);
    expect((await listOf(dj, streamId)).items.map(({ hidden }: { hidden: boolean }) => hidden)).toEqual([true, false]);
    const path = (id: string | undefined) => `sessions/${streamId}/setlist/${id}`;
    expect((await dj.put(path(secret?.id), { hidden: false })).data).toMatchObject({ hidden: false });
    expect((await dj.put(path(open?.id), { hidden: true })).status).toBe(200);
    expect((await dj.put(path(open?.id), { hidden: true })).status).toBe(200);
    expect(await titles(client())).toEqual(['Secret']);
    expect((await dj.put(path(newId()), { hidden: true })).error.code).toBe('ENTRY_NOT_FOUND');
    expect((await (await asDj()).put(path(open?.id), { hidden: false })).error.code).toBe('ENTRY_NOT_FOUND');
  });

  it('loses what staff hide, until they show it, in the room too and in the staff log', async () => {
    const { dj, streamId } = await aShow();
    const staff = await asStaff('admin_l1');
    const { entryId } = (await dj.put('dj/now-playing', { title: 'Rude words' })).data;
    const path = `sessions/${streamId}/setlist/${entryId}`;
    const shown = async () => [
      (await (await joinRoom(streamId)).welcome()).nowPlaying?.track.title ?? null,
      (await listOf(client(), streamId)).items.length,
    ];
    for (const _ of [1, 2]) expect((await staff.put(path, { hidden: true })).data).toMatchObject({ hidden: true });
    await expect.poll(shown).toEqual([null, 0]);
    expect((await dj.put(path, { hidden: false })).error.code).toBe('ENTRY_WITHHELD');
    const again = await dj.put('dj/now-playing', { title: 'Rude words', hidden: false });
    expect(again.error.code).toBe('ENTRY_WITHHELD');
    expect((await dj.put('dj/now-playing', { title: 'Rude words' })).data).toMatchObject({ entryId, hidden: true });
    expect((await staff.put(path, { hidden: false })).data).toMatchObject({ hidden: false });
    await expect.poll(shown).toEqual(['Rude words', 1]);
    const logged = await testContext().db.select().from(staffLog).where(eq(staffLog.targetId, entryId));
    expect(logged.map(({ action, subjectId }) => [action, subjectId])).toEqual([
      ['set-list.hide', dj.userId],
      ['set-list.show', dj.userId],
    ]);
  });

  it('is hidden by no staff without the permission or the reach, and they do not show what the DJ hid', async () => {
    const { dj, streamId } = await aShow();
    const { entryId } = (await dj.put('dj/now-playing', { title: 'Secret', hidden: true })).data;
    const path = `sessions/${streamId}/setlist/${entryId}`;
    const code = async (who: Person) => (await who.put(path, { hidden: true })).error?.code;
    expect(await code(await asViewer())).toBe('ENTRY_NOT_FOUND');
    expect(await code(await asStaff('support'))).toBe('ENTRY_NOT_FOUND');
    expect((await (await asStaff('admin_l1')).put(path, { hidden: false })).data).toMatchObject({ hidden: true });
    await env.DB.prepare("INSERT INTO staff (user_id, rank, created_at, updated_at) VALUES (?, 'admin_l1', 1, 1)")
      .bind(dj.userId)
      .run();
    expect(await code(await asStaff('admin_l1'))).toBe('OUT_OF_YOUR_REACH');
  });

  it('tells the room when what plays is hidden or shown', async () => {
    const { dj, track, streamId } = await aShow();
    const viewer = await joinRoom(streamId);
    const shown = async (title: string | null) => {
      await viewer.next('now-playing', () => true);
      const newest = (await (await joinRoom(streamId)).welcome()).nowPlaying;
      expect(newest?.track.title ?? null).toBe(title);
    };
    await dj.put('dj/now-playing', { trackId: track.id });
    await shown('One');
    await dj.put('dj/now-playing', { trackId: track.id, hidden: true });
    await shown(null);
    const [entry] = await setOf(streamId);
    await dj.put(`sessions/${streamId}/setlist/${entry?.id}`, { hidden: false });
    await shown('One');
    expect(await setOf(streamId)).toHaveLength(1);
    expect((await dj.get(`dj/track/${track.id}`)).data.plays).toBe(1);
  });

  it('shows the new cover of what plays', async () => {
    const { dj, track, streamId } = await aShow();
    await dj.put('dj/now-playing', { trackId: track.id });
    await dj.put(`dj/track/${track.id}`, { coverUrl: null });
    expect((await (await joinRoom(streamId)).welcome()).nowPlaying.track).toMatchObject({
      title: 'One',
      coverUrl: null,
    });
  });
});
