/** What becomes of an uploaded track: scanned, tried again, and processed once whatever happens at the same time. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { clientWith } from '#test/support/app';
import { EICAR, mp3, ownWav } from '#test/support/audio';
import { testContext } from '#test/support/context';
import { form, png } from '#test/support/files';
import { consumed, recordingQueue } from '#test/support/queues';
import { aScanner, noticesOf } from '#test/support/tickets';
import { filesOf, isStored, ownTrack, processed, trackRow, uploaded } from '#test/support/tracks';
import { asDj } from '#test/support/users';
import type { Scanner } from '@/contracts/scanner';
import { audioUrl } from '@/domains/live/tracks/audio-url';
import { requeueTracks } from '@/domains/live/tracks/sweep';
import { scannerError } from '@/providers/scanner-errors';
import { consumeTasks } from '@/queues/tasks';
import { DAY_MS, HOUR_MS } from '@/shared/time';

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

const pathOf = (url: string) => url.slice(url.indexOf('dj/track/'));

describe('a scanner', () => {
  it('that finds nothing makes the track ready, and the track says so', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj);
    await processed(data.id, { scanner: eicarScanner });
    expect(await ownTrack(dj, data.id)).toMatchObject({
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
    expect(await ownTrack(dj, data.id)).toMatchObject({
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

  it('is shown MP3 and Ogg a second time, behind a zero, since clamd takes them for harmless by their first bytes', async () => {
    const asClamd: Scanner = {
      async scan(content) {
        const bytes = Buffer.from(await new Response(content).arrayBuffer());
        return !bytes
          .subarray(0, 4)
          .toString('latin1')
          .match(/^(ID3|OggS)/) && bytes.includes(EICAR)
          ? 'infected'
          : 'clean';
      },
      ping: async () => undefined,
    };
    const dj = await asDj();
    const bytes = mp3(100, { title: 'Bad' });
    bytes.set(new TextEncoder().encode(EICAR), bytes.length - 500);
    const { data } = await uploaded(dj, bytes);
    await processed(data.id, { scanner: asClamd });
    expect((await ownTrack(dj, data.id)).reason).toBe('infected');
  });

  it('that cannot take a file of this size has it rejected, since nothing is published unscanned', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj);
    await processed(data.id, { scanner: aScanner('too-large') });
    expect(await ownTrack(dj, data.id)).toMatchObject({
      status: 'rejected',
      reason: 'too-large-to-scan',
      scanned: false,
    });
  });

  it('that is away leaves the track scanning, with its tags, and later goes on', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj, mp3(60, { title: 'Waits' }));
    await expect(processed(data.id, { scanner: scannerThatIsAway })).rejects.toMatchObject({ code: 'SCANNER_AWAY' });
    expect(await ownTrack(dj, data.id)).toMatchObject({
      status: 'scanning',
      title: 'Waits',
      scanned: false,
      scanResults: null,
    });
    expect((await dj.put('dj/now-playing', { trackId: data.id })).status).toBe(409);
    const url = await audioUrl(testContext(), data.id);
    expect([(await ownTrack(dj, data.id)).fileUrl, (await client().get(pathOf(url))).error.code]).toEqual([
      null,
      'TRACK_NOT_READY',
    ]);
    await processed(data.id, { scanner: eicarScanner });
    expect(await ownTrack(dj, data.id)).toMatchObject({ status: 'ready', fileUrl: url });
  });

  it('that is away has the task tried again later, and never published', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj);
    const ctx = { ...testContext(), scanner: scannerThatIsAway };
    const body = { type: 'process-track', trackId: data.id } as const;
    const { acked, retried } = await consumed((batch) => consumeTasks(ctx, batch), 'footlight-tasks', [{ body }]);
    expect([acked, retried.length]).toEqual([[], 1]);
    expect(retried[0]?.delaySeconds).toBeGreaterThan(0);
    expect((await ownTrack(dj, data.id)).status).toBe('scanning');
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
    expect((await ownTrack(dj, data.id)).status).toBe('scanning');
  });

  it('is rejected if it could not be read for a day', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj);
    await sweepAfter(DAY_MS + HOUR_MS);
    expect(await ownTrack(dj, data.id)).toMatchObject({ status: 'rejected', reason: 'damaged' });
  });
});

describe('processing', () => {
  it('twice at once changes nothing more, and tells the DJ once', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj, mp3(60, { title: 'Once', cover: png() }));
    await Promise.allSettled([processed(data.id), processed(data.id)]);
    await processed(data.id);
    expect((await ownTrack(dj, data.id)).status).toBe('ready');
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
    expect(await ownTrack(dj, data.id)).toMatchObject({ title: 'Mine', artist: null, genre: 'Tag', bpm: 100 });
  });

  it('begins by itself after the upload', async () => {
    const dj = await asDj();
    const { queue, sent } = recordingQueue();
    const { data } = await clientWith({ TASKS: queue }, dj.headers).post('dj/upload-track', form('file', ownWav()));
    expect(sent.map(({ body }) => body)).toEqual([{ type: 'process-track', trackId: data.id }]);
  });
});
