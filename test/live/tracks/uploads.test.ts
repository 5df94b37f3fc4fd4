/** A track from the form to the library: received, hashed, read, and rejected where something is wrong with it. */
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { flac, id3, m4a, mp3, opus, ownWav, wav } from '#test/support/audio';
import { testContext } from '#test/support/context';
import { form, html, png } from '#test/support/files';
import { movieOf } from '#test/support/odd-files';
import { noticesOf } from '#test/support/tickets';
import { aTrack, filesOf, isStored, ownTrack, processed, trackRow, uploaded } from '#test/support/tracks';
import { asDj, asViewer } from '#test/support/users';
import { clearRejectedTracks } from '@/domains/live/tracks/sweep';
import { DAY_MS } from '@/shared/time';

describe('an upload', () => {
  it('is answered before it was read, called after its file, and then has what its tags say', async () => {
    const dj = await asDj();
    const tags = {
      title: 'Night drive',
      artist: 'Ada',
      album: 'Roads',
      genre: 'House',
      bpm: '124',
      key: '8A',
      cover: png(),
    };
    const { status, data } = await uploaded(dj, mp3(100, tags), { name: 'C:\\music\\night_drive.mp3' });
    expect(status).toBe(202);
    expect(data).toMatchObject({
      djId: dj.userId,
      title: 'night_drive',
      status: 'uploading',
      contentType: 'audio/mpeg',
      duration: null,
      scanned: false,
      scanResults: null,
      plays: 0,
    });
    await processed(data.id);
    const track = await ownTrack(dj, data.id);
    expect(track).toMatchObject({
      title: 'Night drive',
      artist: 'Ada',
      album: 'Roads',
      genre: 'House',
      bpm: 124,
      key: '8A',
      status: 'ready',
      duration: expect.any(Number),
      metadata: { container: 'MPEG', channels: 2, sampleRate: 44_100 },
      scanned: false,
      scanResults: { verdict: 'none', engine: null },
    });
    expect(track.coverUrl).toContain('/media/track-cover/');
    expect(await filesOf(dj.userId)).toMatchObject([{ kind: 'track' }, { kind: 'track-cover' }]);
    expect(await noticesOf(dj, 'track-ready')).toHaveLength(1);
  });

  it.each([
    ['WAV', wav(2)],
    ['FLAC', flac()],
    ['Ogg', opus()],
    ['M4A', m4a()],
    ['M4A by the brand of a video', m4a(2, 'isom')],
    ['a recording of a phone', m4a(2, '3gp4')],
  ])('may be %s', async (_, bytes) => {
    expect(await aTrack(await asDj(), bytes)).toMatchObject({ status: 'ready', duration: expect.any(Number) });
  });

  it('keeps the title that came with it', async () => {
    const dj = await asDj();
    expect(await aTrack(dj, mp3(50, { title: 'From the tag' }), { title: 'Mine' })).toMatchObject({ title: 'Mine' });
  });

  it('is what stands behind its tag, however it comes, and is served so', async () => {
    const dj = await asDj();
    const bytes = () => new Uint8Array([...id3({ title: crypto.randomUUID(), padding: 9_000 }), ...flac()]);
    const track = await aTrack(dj, bytes());
    expect(track).toMatchObject({ status: 'ready', contentType: 'audio/flac', metadata: { codec: 'FLAC' } });
    const other = bytes();
    const announced = { kind: 'track', contentType: 'audio/mpeg', bytes: other.length, name: 'a.mp3' };
    const upload = (await dj.post('media/uploads', announced)).data;
    expect((await fetchUpload(upload, other)).status).toBe(200);
    const { data } = await dj.post('dj/upload-track', { uploadId: upload.id });
    expect(data.contentType).toBe('audio/flac');
    await processed(data.id);
    const served = await exports.default.fetch((await ownTrack(dj, data.id)).fileUrl);
    expect([served.status, served.headers.get('content-type')]).toEqual([200, 'audio/flac']);
    await served.body?.cancel();
  });

  it.each([
    ['a page', html(), 'FILE_TYPE_NOT_ALLOWED'],
    ['a picture', png(), 'FILE_TYPE_NOT_ALLOWED'],
    ['a video', m4a(2, 'isom', 'vide'), 'FILE_TYPE_NOT_ALLOWED'],
    ['a video without tracks', movieOf('isom'), 'FILE_TYPE_NOT_ALLOWED'],
    ['nothing', new Uint8Array(), 'FILE_UNREADABLE'],
  ])('is refused at once if it is %s', async (_, bytes, code) => {
    const dj = await asDj();
    expect((await uploaded(dj, bytes)).error.code).toBe(code);
    expect(await filesOf(dj.userId)).toEqual([]);
  });

  it('is refused without a file, with two, and with an unknown field', async () => {
    const dj = await asDj();
    const two = form('file', wav());
    two.append('file', new File([wav()], 'b.wav'));
    const unknown = form('file', wav(), { mood: 'good' });
    for (const body of [new FormData(), two, unknown])
      expect((await dj.post('dj/upload-track', body)).status).toBe(422);
    expect((await dj.get('dj/tracks')).data.items).toEqual([]);
  });

  it('may be announced and sent before, and used once', async () => {
    const dj = await asDj();
    const bytes = wav(3);
    const announced = { kind: 'track', contentType: 'audio/wav', bytes: bytes.length, name: 'long set.wav' };
    const upload = (await dj.post('media/uploads', announced)).data;
    expect(await dj.post('dj/upload-track', { uploadId: upload.id })).toMatchObject({ status: 409 });
    const sent = await fetchUpload(upload, bytes);
    expect(sent.status).toBe(200);
    const answer = await dj.post('dj/upload-track', { uploadId: upload.id });
    expect([answer.status, answer.data.title, answer.data.fileSize]).toEqual([202, 'long set', bytes.length]);
    expect((await dj.post('dj/upload-track', { uploadId: upload.id })).error.code).toBe('UPLOAD_USED');
    expect((await dj.post('dj/upload-track', { uploadId: 'x', mood: 1 })).status).toBe(422);
    expect(
      (await dj.post('dj/upload-track', '{"uploadId":', { headers: { 'content-type': 'application/json' } })).error
        .code,
    ).toBe('MALFORMED_JSON');
    const other = await asDj();
    expect((await other.post('dj/upload-track', { uploadId: upload.id })).error.code).toBe('UPLOAD_NOT_FOUND');
  });

  it('takes up to a gigabyte in parts, and refuses a larger file', async () => {
    const dj = await asDj();
    await env.DB.prepare('UPDATE users SET created_at = 0 WHERE id = ?').bind(dj.userId).run();
    const announce = (bytes: number) => dj.post('media/uploads', { kind: 'track', contentType: 'audio/flac', bytes });
    expect((await announce(1_024 * 1_048_576)).data.parts.length).toBeGreaterThan(1);
    expect((await announce(1_024 * 1_048_576 + 1)).error.code).toBe('FILE_TOO_LARGE');
    expect((await dj.post('media/uploads', { kind: 'track', contentType: 'video/mp4', bytes: 1 })).status).toBe(422);
  });

  it('counts towards the budget of bytes of the day', async () => {
    const dj = await asDj();
    await uploaded(dj);
    const { results } = await env.DB.prepare("SELECT used FROM daily_budgets WHERE user_id = ? AND kind = 'bytes'")
      .bind(dj.userId)
      .all<{ used: number }>();
    expect(results).toEqual([{ used: 1_048_576 }]);
    await env.DB.prepare("UPDATE daily_budgets SET used = allowed WHERE user_id = ? AND kind = 'bytes'")
      .bind(dj.userId)
      .run();
    expect((await uploaded(dj)).error.code).toBe('DAILY_BUDGET_SPENT');
  });

  it('is refused once the library is full', async () => {
    const dj = await asDj();
    const { aLibrary } = await import('#test/support/tracks');
    await aLibrary(dj.userId, 10_000);
    expect((await uploaded(dj)).error.code).toBe('TOO_MANY_TRACKS');
  });

  it('is for DJs alone', async () => {
    const viewer = await asViewer();
    expect((await viewer.post('dj/upload-track', form('file', wav()))).status).toBe(403);
  });
});

async function fetchUpload(upload: { url: string; headers: Record<string, string> }, bytes: Uint8Array<ArrayBuffer>) {
  const { exports } = await import('cloudflare:workers');
  return exports.default.fetch(upload.url, { method: 'PUT', headers: upload.headers, body: bytes });
}

describe('a file that is in the library already', () => {
  it('is rejected as a duplicate, and its own copy is deleted', async () => {
    const dj = await asDj();
    const bytes = ownWav();
    const first = await aTrack(dj, bytes);
    const { data } = await uploaded(dj, bytes);
    const key = (await trackRow(data.id))?.key;
    await processed(data.id);
    expect(await ownTrack(dj, data.id)).toMatchObject({
      status: 'rejected',
      reason: 'duplicate',
      duplicateOf: first.id,
      fileUrl: null,
    });
    expect(await isStored(key)).toBe(false);
    expect(await filesOf(dj.userId)).toHaveLength(1);
    expect((await ownTrack(dj, first.id)).status).toBe('ready');
  });

  it('may be in the library of another DJ, and again once the first is deleted', async () => {
    const [dj, other] = [await asDj(), await asDj()];
    const bytes = ownWav();
    const first = await aTrack(dj, bytes);
    expect((await aTrack(other, bytes)).status).toBe('ready');
    await dj.delete(`dj/track/${first.id}`);
    expect((await aTrack(dj, bytes)).status).toBe('ready');
  });

  it('is kept once of two that are processed at the same time', async () => {
    const dj = await asDj();
    const bytes = ownWav();
    const ids = [(await uploaded(dj, bytes)).data.id, (await uploaded(dj, bytes)).data.id];
    await Promise.all(ids.map((id) => processed(id)));
    const statuses = (await Promise.all(ids.map((id) => ownTrack(dj, id)))).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(['ready', 'rejected']);
  });
});

/** Its tag says that it has 256 MB. */
function lyingId3() {
  const bytes = mp3(50);
  bytes.set([0x7f, 0x7f, 0x7f, 0x7f], 6);
  return bytes;
}

describe('a file that cannot be used', () => {
  it.each([
    ['truncated', wav(4).slice(0, 9_000)],
    ['truncated', flac(5, 20)],
    ['truncated', mp3(50, { cover: new Uint8Array(5_000) }).slice(0, 3_000)],
    ['truncated', lyingId3()],
    ['no-duration', wav(0)],
    ['tags-too-large', mp3(10, { padding: 17_000_000 })],
  ])('is rejected as %s, deleted, and its DJ is told', async (reason, bytes) => {
    const dj = await asDj();
    const track = await aTrack(dj, bytes);
    expect(track).toMatchObject({ status: 'rejected', reason, fileUrl: null });
    expect(await filesOf(dj.userId)).toEqual([]);
    expect(await noticesOf(dj, 'track-rejected')).toHaveLength(1);
  });

  it('is forgotten after a month', async () => {
    const dj = await asDj();
    const { id } = await aTrack(dj, wav(0));
    await clearRejectedTracks({ ...testContext(), now: () => Date.now() + 29 * DAY_MS });
    expect(await trackRow(id)).toBeDefined();
    await clearRejectedTracks({ ...testContext(), now: () => Date.now() + 31 * DAY_MS });
    expect(await trackRow(id)).toBeUndefined();
  });

  it('keeps no cover that is no picture', async () => {
    const dj = await asDj();
    const track = await aTrack(dj, mp3(50, { title: 'A', cover: html() }));
    expect([track.status, track.coverUrl]).toEqual(['ready', null]);
    expect(await filesOf(dj.userId)).toHaveLength(1);
  });
});
