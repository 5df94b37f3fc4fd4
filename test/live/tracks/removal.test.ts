/** Tracks that staff mute, remove and return, and those that end with their DJ's account. */
import { env, exports } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { mp3, ownWav } from '#test/support/audio';
import { testContext } from '#test/support/context';
import { png } from '#test/support/files';
import { joinRoom } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { aTrack, setOf, trackRow } from '#test/support/tracks';
import { actorOf, asDj, asStaff, asViewer } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { forgetFiles } from '@/domains/base/media/forget';
import { forgetSetLists, forgetTracks } from '@/domains/live/tracks/forget';
import { clearKeptTracks, keepRemovedTrack, muteTrack, returnTrack, unmuteTrack } from '@/domains/live/tracks/removal';
import { findTrackToReport } from '@/domains/live/tracks/to-report';
import { reports } from '@/domains/operations/reports/tables';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

type Planned = Awaited<ReturnType<typeof muteTrack>>;

async function carryOut(plan: (ctx: Context) => Promise<Planned>): Promise<void> {
  const ctx = testContext();
  const { statements, events } = await plan(ctx);
  await commit(ctx, statements, { events });
  await ctx.settle();
}

async function aPlayingTrack() {
  const dj = await asDj();
  const track = await aTrack(dj, mp3(100, { title: 'Claimed', cover: png() }));
  const streamId = await anOpenStream(dj);
  await dj.put('dj/now-playing', { trackId: track.id });
  const audio = (by: { get: typeof dj.get }) => by.get(`dj/track/${track.id}/audio`);
  const shown = async () => (await (await joinRoom(streamId)).welcome()).nowPlaying?.track.title ?? null;
  const listed = async () => (await client().get(`sessions/${streamId}/setlist`)).data.items.length;
  return { dj, track, streamId, audio, shown, listed };
}

describe('a muted track', () => {
  it('is heard by nobody, not announced and not listed, until the claim is dismissed', async () => {
    const { dj, track, audio, shown, listed } = await aPlayingTrack();
    const viewer = await asViewer();
    for (const _ of [1, 2]) await carryOut((ctx) => muteTrack(ctx, track.id));
    for (const by of [dj, viewer, client(), await asStaff('owner')])
      expect((await audio(by)).error.code).toBe('TRACK_MUTED');
    expect((await exports.default.fetch(track.fileUrl)).status).toBe(403);
    const file = new URL(`/media/${(await trackRow(track.id))?.key}`, track.fileUrl);
    file.search = new URL(track.fileUrl).search;
    expect((await exports.default.fetch(file.href)).status).toBe(404);
    expect([await shown(), await listed()]).toEqual([null, 0]);
    for (const body of [{ trackId: track.id }, { trackId: track.id, hidden: false }])
      expect((await dj.put('dj/now-playing', body)).error?.code).toBe('TRACK_MUTED');
    expect((await dj.get(`dj/track/${track.id}`)).data).toMatchObject({ hidden: true, fileUrl: null, status: 'ready' });
    expect((await exports.default.fetch(track.coverUrl)).status).toBe(404);
    for (const _ of [1, 2]) await carryOut((ctx) => unmuteTrack(ctx, track.id));
    expect((await audio(viewer)).status).toBe(200);
    expect([await shown(), await listed()]).toEqual(['Claimed', 1]);
    expect((await exports.default.fetch(track.coverUrl)).status).toBe(200);
    expect((await dj.get(`dj/track/${track.id}`)).data.hidden).toBeUndefined();
  });

  it('cannot be played, and a copy of it is a duplicate', async () => {
    const dj = await asDj();
    const bytes = mp3(90, { title: String(Math.random()) });
    const track = await aTrack(dj, bytes);
    await carryOut((ctx) => muteTrack(ctx, track.id));
    await anOpenStream(dj);
    expect((await dj.put('dj/now-playing', { trackId: track.id })).error.code).toBe('TRACK_MUTED');
    expect((await aTrack(dj, bytes)).reason).toBe('duplicate');
  });

  it('can be deleted, and its file still cannot be uploaded again until the claim is dismissed', async () => {
    const dj = await asDj();
    const bytes = ownWav();
    const track = await aTrack(dj, bytes);
    await anOpenStream(dj);
    await carryOut((ctx) => muteTrack(ctx, track.id));
    expect((await dj.delete(`dj/track/${track.id}`)).status).toBe(200);
    const code = async (path: string) => (await dj.get(`dj/track/${track.id}${path}`)).error.code;
    expect([await code(''), await code('/audio')]).toEqual(['TRACK_NOT_FOUND', 'TRACK_NOT_FOUND']);
    expect((await dj.get('dj/tracks')).data.items).toEqual([]);
    expect((await dj.put('dj/now-playing', { trackId: track.id })).error.code).toBe('TRACK_NOT_FOUND');
    expect((await dj.delete(`dj/track/${track.id}`)).error.code).toBe('TRACK_NOT_FOUND');
    expect(await aTrack(dj, bytes)).toMatchObject({ status: 'rejected', reason: 'claimed' });
    const key = (await trackRow(track.id))?.key ?? '';
    for (const _ of [1, 2]) await carryOut((ctx) => unmuteTrack(ctx, track.id));
    expect([await trackRow(track.id), await env.MEDIA.head(key)]).toEqual([undefined, null]);
    expect((await aTrack(dj, bytes)).status).toBe('ready');
  });

  it('aborts its batch if the track began to play meanwhile', async () => {
    const dj = await asDj();
    const track = await aTrack(dj);
    await anOpenStream(dj);
    const ctx = testContext();
    const { statements, events } = await muteTrack(ctx, track.id);
    await dj.put('dj/now-playing', { trackId: track.id });
    await expect(commit(ctx, statements, { events })).rejects.toThrow('DEMAND_NOT_MET');
  });
});

describe('a removed track', () => {
  it('says so, and that its DJ can appeal', async () => {
    const { dj, track, audio } = await aPlayingTrack();
    await carryOut((ctx) => keepRemovedTrack(ctx, track.id, Date.now() + DAY_MS));
    for (const by of [dj, await asViewer()])
      expect((await audio(by)).error).toMatchObject({
        code: 'TRACK_REMOVED',
        message: expect.stringContaining('appeal'),
      });
    await dj.put('dj/now-playing', { trackId: null });
    expect((await dj.put('dj/now-playing', { trackId: track.id })).error.code).toBe('TRACK_REMOVED');
  });

  it('is no track to report, and stays muted after an appeal while a claim stands', async () => {
    const { dj, track } = await aPlayingTrack();
    const ctx = testContext();
    const viewer = actorOf(await asViewer());
    const find = () => findTrackToReport(ctx, viewer, track.id);
    await carryOut((c) => muteTrack(c, track.id));
    expect(await find()).toBeDefined();
    const claim = { id: newId(), targetType: 'track', targetId: track.id, subjectId: dj.userId } as const;
    await ctx.db
      .insert(reports)
      .values({ ...claim, category: 'copyright', base: 4, fingerprint: '', hiddenAt: 1, createdAt: 1 });
    await carryOut((c) => keepRemovedTrack(c, track.id, Date.now() + DAY_MS));
    expect(await find()).toBeUndefined();
    await carryOut((c) => returnTrack(c, track.id));
    expect(await trackRow(track.id)).toMatchObject({ keptUntil: null, mutedAt: expect.any(Number) });
    await carryOut((c) => unmuteTrack(c, track.id));
    expect((await trackRow(track.id))?.mutedAt).toBeNull();
  });

  it('stays muted whatever happens to reports, comes back by an appeal, and is deleted if none comes', async () => {
    const { track, shown, streamId, listed } = await aPlayingTrack();
    const until = Date.now() + DAY_MS;
    await carryOut((ctx) => keepRemovedTrack(ctx, track.id, until));
    await carryOut((ctx) => unmuteTrack(ctx, track.id));
    expect((await trackRow(track.id))?.mutedAt).not.toBeNull();
    expect(await shown()).toBeNull();
    await carryOut(async (ctx) => returnTrack(ctx, track.id));
    expect(await shown()).toBe('Claimed');
    await carryOut((ctx) => keepRemovedTrack(ctx, track.id, until));
    await clearKeptTracks(testContext());
    expect(await trackRow(track.id)).toBeDefined();
    const key = (await trackRow(track.id))?.key ?? '';
    const later = testContext();
    await clearKeptTracks({ ...later, now: () => until + 1 });
    await later.settle();
    expect([await trackRow(track.id), await env.MEDIA.head(key)]).toEqual([undefined, null]);
    expect((await setOf(streamId)).map(({ title, trackId }) => [title, trackId])).toEqual([['Claimed', null]]);
    expect(await listed()).toBe(0);
  });
});

describe('a report on a track', () => {
  it('may be made by who could have heard it, and by its DJ', async () => {
    const dj = await asDj();
    const track = await aTrack(dj);
    const viewer = actorOf(await asViewer());
    const find = (who: Parameters<typeof findTrackToReport>[1]) => findTrackToReport(testContext(), who, track.id);
    expect(await find(viewer)).toBeUndefined();
    expect(await find(actorOf(dj))).toMatchObject({ id: track.id });
    const streamId = await anOpenStream(dj);
    await dj.put('dj/now-playing', { trackId: track.id, hidden: true });
    expect(await find(viewer)).toBeUndefined();
    await dj.put('dj/now-playing', { trackId: track.id, hidden: false });
    expect(await find(viewer)).toMatchObject({ djId: dj.userId });
    await dj.put('dj/now-playing', { trackId: null });
    expect(await find(undefined)).toMatchObject({ id: track.id });
    await env.DB.prepare("UPDATE streams SET visibility = 'private' WHERE id = ?").bind(streamId).run();
    expect(await find(viewer)).toBeUndefined();
  });
});

describe('the end of an account', () => {
  it('takes its tracks, files and set lists', async () => {
    const { dj, track, streamId } = await aPlayingTrack();
    const key = (await trackRow(track.id))?.key ?? '';
    await dj.post(`sessions/${streamId}/end`);
    const ctx = testContext();
    await commit(ctx, [forgetSetLists(ctx, dj.userId, sql`LIMIT 200`)]);
    expect(await forgetTracks(ctx, dj.userId)).toBe(1);
    expect(await forgetTracks(ctx, dj.userId)).toBe(0);
    expect(await forgetFiles(ctx, dj.userId)).toBe(0);
    await ctx.settle();
    expect([await setOf(streamId), await trackRow(track.id), await env.MEDIA.head(key)]).toEqual([[], undefined, null]);
  });
});
