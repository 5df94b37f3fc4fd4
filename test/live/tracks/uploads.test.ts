/** A track from the form to the library: received, hashed, read, scanned, and rejected where something is wrong with it. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { clientWith } from '#test/support/app';
import { EICAR, flac, m4a, mp3, opus, ownWav, wav } from '#test/support/audio';
import { testContext } from '#test/support/context';
import { form, html, png } from '#test/support/files';
import { consumed, recordingQueue } from '#test/support/queues';
import { aScanner, noticesOf } from '#test/support/tickets';
import { asDj, aTrack, processed, trackRow, uploaded } from '#test/support/tracks';
import { asViewer, type Person } from '#test/support/users';
import type { Scanner } from '@/contracts/scanner';
import { clearRejectedTracks, requeueTracks } from '@/domains/live/tracks/sweep';
import { scannerError } from '@/providers/scanner-errors';
import { consumeTasks } from '@/queues/tasks';
import { DAY_MS, HOUR_MS } from '@/shared/time';

const filesOf = async (ownerId: string) =>
  (
    await env.DB.prepare('SELECT key, kind FROM media_files WHERE owner_id = ? ORDER BY kind')
      .bind(ownerId)
      .all<{ key: string; kind: string }>()
  ).results;
const isStored = async (key: string | null | undefined) => key != null && (await env.MEDIA.head(key)) !== null;
const own = async (dj: Person, id: string) => (await dj.get(`dj/track/${id}`)).data;

/** A scanner as clamd is, in so far as it reads the whole file. */
const eicarScanner: Scanner = {
  async scan(content) {
    return Buffer.from(await new Response(content).arrayBuffer()).includes(EICAR) ? 'infected' : 'clean';
  },
  ping: async () => undefined,
};
const scannerThatIsAway: Scanner = {
  scan: () => Promise.reject(scannerError('SCANNER_AWAY')),
  ping: () => Promise.reject(scannerError('SCANNER_AWAY')),
};

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
    const track = await own(dj, data.id);
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
  ])('may be %s', async (_, bytes) => {
    expect(await aTrack(await asDj(), bytes)).toMatchObject({ status: 'ready', duration: expect.any(Number) });
  });

  it('keeps the title that came with it', async () => {
    const dj = await asDj();
    expect(await aTrack(dj, mp3(50, { title: 'From the tag' }), { title: 'Mine' })).toMatchObject({ title: 'Mine' });
  });

  it.each([
    ['a page', html()],
    ['a picture', png()],
    ['nothing', new Uint8Array()],
  ])('is refused at once if it is %s', async (_, bytes) => {
    const dj = await asDj();
    const { status } = await uploaded(dj, bytes);
    expect([415, 422]).toContain(status);
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

  it('may have up to a gigabyte in parts, and no more', async () => {
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
    expect(await own(dj, data.id)).toMatchObject({
      status: 'rejected',
      reason: 'duplicate',
      duplicateOf: first.id,
      fileUrl: null,
    });
    expect(await isStored(key)).toBe(false);
    expect(await filesOf(dj.userId)).toHaveLength(1);
    expect((await own(dj, first.id)).status).toBe('ready');
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
    const statuses = (await Promise.all(ids.map((id) => own(dj, id)))).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(['ready', 'rejected']);
  });
});

describe('a file that cannot be used', () => {
  it.each([
    ['truncated', wav(4).slice(0, 9_000)],
    ['truncated', flac(5, 20)],
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

describe('a scanner', () => {
  it('that finds nothing makes the track ready, and the track says so', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj);
    await processed(data.id, { scanner: eicarScanner });
    expect(await own(dj, data.id)).toMatchObject({
      status: 'ready',
      scanned: true,
      scanResults: { verdict: 'clean', engine: 'clamd', at: expect.any(String) },
    });
  });

  it('that finds a virus has the file deleted and the DJ told', async () => {
    const dj = await asDj();
    const bytes = ownWav();
    bytes.set(new TextEncoder().encode(EICAR), 1_000);
    const { data } = await uploaded(dj, bytes, { title: 'Bad' });
    const key = (await trackRow(data.id))?.key;
    await processed(data.id, { scanner: eicarScanner });
    expect(await own(dj, data.id)).toMatchObject({
      status: 'rejected',
      reason: 'infected',
      scanned: true,
      scanResults: { verdict: 'infected' },
      fileUrl: null,
    });
    expect([await isStored(key), await filesOf(dj.userId)]).toEqual([false, []]);
    const [notice] = await noticesOf(dj, 'track-infected');
    expect(notice).toMatchObject({ title: 'We deleted an infected track', body: expect.stringContaining('Bad') });
  });

  it('that cannot take a file of this size has it rejected, since nothing is published unscanned', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj);
    await processed(data.id, { scanner: aScanner('too-large') });
    expect(await own(dj, data.id)).toMatchObject({ status: 'rejected', reason: 'too-large-to-scan', scanned: false });
  });

  it('that is away leaves the track scanning, with its tags, and later goes on', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj, mp3(60, { title: 'Waits' }));
    await expect(processed(data.id, { scanner: scannerThatIsAway })).rejects.toMatchObject({ code: 'SCANNER_AWAY' });
    expect(await own(dj, data.id)).toMatchObject({
      status: 'scanning',
      title: 'Waits',
      scanned: false,
      scanResults: null,
    });
    expect((await dj.put('dj/now-playing', { trackId: data.id })).status).toBe(409);
    await processed(data.id, { scanner: eicarScanner });
    expect((await own(dj, data.id)).status).toBe('ready');
  });

  it('that is away has the task tried again later, and never published', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj);
    const ctx = { ...testContext(), scanner: scannerThatIsAway };
    const body = { type: 'process-track', trackId: data.id } as const;
    const { acked, retried } = await consumed((batch) => consumeTasks(ctx, batch), 'footlight-tasks', [{ body }]);
    expect([acked, retried.length]).toEqual([[], 1]);
    expect(retried[0]?.delaySeconds).toBeGreaterThan(0);
    expect((await own(dj, data.id)).status).toBe('scanning');
  });
});

describe('a track whose tries are spent', () => {
  const sweepAfter = async (ms: number) => {
    const { queue, sent } = recordingQueue();
    const ctx = testContext({ TASKS: queue });
    await requeueTracks({ ...ctx, now: () => Date.now() + ms });
    await ctx.settle();
    return sent.map(({ body }) => (body as { trackId?: string }).trackId);
  };

  it('is queued again after an hour, once an hour, and waits for the scanner for ever', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj);
    await expect(processed(data.id, { scanner: scannerThatIsAway })).rejects.toThrow();
    expect(await sweepAfter(HOUR_MS / 2)).not.toContain(data.id);
    expect(await sweepAfter(HOUR_MS + 1_000)).toContain(data.id);
    expect(await sweepAfter(HOUR_MS + 2_000)).not.toContain(data.id);
    expect(await sweepAfter(9 * DAY_MS)).toContain(data.id);
    expect((await own(dj, data.id)).status).toBe('scanning');
  });

  it('is rejected if it could not be read for a day', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj);
    await sweepAfter(DAY_MS + HOUR_MS);
    expect(await own(dj, data.id)).toMatchObject({ status: 'rejected', reason: 'damaged' });
  });
});

describe('processing', () => {
  it('twice at once changes nothing more, and tells the DJ once', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj, mp3(60, { title: 'Once', cover: png() }));
    await Promise.allSettled([processed(data.id), processed(data.id)]);
    await processed(data.id);
    expect((await own(dj, data.id)).status).toBe('ready');
    expect(await noticesOf(dj, 'track-ready')).toHaveLength(1);
    expect(await filesOf(dj.userId)).toHaveLength(2);
  });

  it('of a track that was deleted meanwhile does nothing', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj);
    await dj.delete(`dj/track/${data.id}`);
    await processed(data.id);
    expect(await filesOf(dj.userId)).toEqual([]);
  });

  it('leaves what the DJ has set before the tags were read', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj, mp3(60, { title: 'Tag', artist: 'Tag', genre: 'Tag', bpm: '100' }));
    const client = clientWith({ TASKS: recordingQueue().queue }, dj.headers);
    await client.put(`dj/track/${data.id}`, { title: 'Mine', artist: null });
    await processed(data.id);
    expect(await own(dj, data.id)).toMatchObject({ title: 'Mine', artist: null, genre: 'Tag', bpm: 100 });
  });

  it('begins by itself after the upload', async () => {
    const dj = await asDj();
    const { queue, sent } = recordingQueue();
    const { data } = await clientWith({ TASKS: queue }, dj.headers).post('dj/upload-track', form('file', ownWav()));
    expect(sent.map(({ body }) => body)).toEqual([{ type: 'process-track', trackId: data.id }]);
  });
});
