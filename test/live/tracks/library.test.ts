/** A DJ's library: found, filtered, sorted, edited and deleted by its DJ alone. */

import { env, exports } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { clientWith } from '#test/support/app';
import { mp3, ownWav } from '#test/support/audio';
import { picture, png } from '#test/support/files';
import { aLibrary, aTrack, trackRow, uploaded } from '#test/support/tracks';
import type { Person } from '#test/support/users';
import { asDj } from '#test/support/users';

interface Item {
  id: string;
  title: string;
  artist: string | null;
  genre: string | null;
  bpm: number | null;
  key: string | null;
  duration: number;
  plays: number;
}

const itemsOf = async (dj: Person, query: string): Promise<Item[]> => {
  const { status, data } = await dj.get(`dj/tracks?${query}`);
  expect(status).toBe(200);
  return data.items;
};

describe('a library of 600 tracks', () => {
  let dj: Person;
  beforeAll(async () => {
    dj = await asDj();
    await aLibrary(dj.userId, 600);
  });

  it('is listed newest first, by pages, with the number of all', async () => {
    const { data } = await dj.get('dj/tracks?page=2&perPage=50');
    expect(data.pagination).toEqual({ page: 2, perPage: 50, total: 600, totalPages: 12 });
    const ids = data.items.map(({ id }: Item) => id);
    expect(ids).toEqual(ids.toSorted().toReversed());
  });

  it('finds words of title, artist and album, whatever their case, also the beginning of the last one', async () => {
    expect((await itemsOf(dj, 'q=TITLE%20599')).map(({ title }) => title)).toEqual([`Title 599 ${599 % 97}`]);
    const found = await itemsOf(dj, 'q=artist%2049&perPage=100');
    expect(found.filter(({ artist }) => artist === 'Artist 49')).toHaveLength(12);
    for (const { title, artist } of found) expect(`${title} ${artist}`).toMatch(/ 49/);
    expect((await dj.get('dj/tracks?q=albu')).data.pagination.total).toBe(600);
    expect(await itemsOf(dj, 'q=nothing')).toEqual([]);
    expect((await dj.get('dj/tracks?q=%20')).data.pagination.total).toBe(600);
    expect(await itemsOf(dj, 'q=%22%20OR%20*')).toEqual([]);
  });

  it('finds a genre however it is written', async () => {
    const dj = await asDj();
    const { id } = await aTrack(dj, mp3(50, { genre: 'Électro' }));
    const other = await aTrack(dj);
    await dj.put(`dj/track/${other.id}`, { genre: 'électro' });
    for (const genre of ['ÉLECTRO', 'E\u0301lectro', 'électro']) {
      const { items } = (await dj.get(`dj/tracks?genre=${encodeURIComponent(genre)}`)).data;
      expect(items.map((track: { id: string }) => track.id)).toEqual([other.id, id]);
    }
  });

  it('is filtered by genre, key, tempo, length and status, all at once', async () => {
    const query = 'genre=genre%203&key=4a&bpmMin=60&bpmMax=120&durationMin=60&durationMax=400&status=ready&perPage=100';
    const items = await itemsOf(dj, query);
    expect(items.length).toBeGreaterThan(0);
    for (const { genre, key, bpm, duration } of items) {
      expect([genre, key]).toEqual(['Genre 3', '4A']);
      expect(bpm).toBeLessThanOrEqual(120);
      expect(duration).toBeLessThanOrEqual(400);
    }
    expect(await itemsOf(dj, 'status=rejected')).toEqual([]);
    expect((await itemsOf(dj, 'bpmMin=60&bpmMax=60&perPage=1'))[0]?.bpm).toBe(60);
  });

  it('is sorted by title, artist, length or plays', async () => {
    const titles = (await itemsOf(dj, 'sort=title&perPage=100')).map(({ title }) => title);
    expect(titles).toEqual(titles.toSorted());
    const artists = (await itemsOf(dj, 'sort=artist&perPage=100')).map(({ artist }) => artist ?? '');
    expect(artists).toEqual(artists.toSorted());
    const durations = (await itemsOf(dj, 'sort=duration&perPage=100')).map(({ duration }) => duration);
    expect(durations).toEqual(durations.toSorted((a, b) => a - b));
    const plays = (await itemsOf(dj, 'sort=plays&perPage=100')).map((item) => item.plays);
    expect(plays).toEqual(plays.toSorted((a, b) => b - a));
  });

  it.each(['sort=mood', 'status=lost', 'bpmMin=fast', 'perPage=101', 'page=0', 'mood=good', 'durationMin=-1'])(
    'refuses %s',
    async (query) => {
      expect((await dj.get(`dj/tracks?${query}`)).status).toBe(422);
    },
  );

  it.each(['bpm', 'duration'])('refuses a range of %s whose ends are the wrong way round', async (name) => {
    const { status, error } = await dj.get(`dj/tracks?${name}Min=10&${name}Max=5`);
    expect([status, error.details]).toEqual([
      422,
      [{ path: `${name}Min`, message: `must not be above \`${name}Max\`` }],
    ]);
  });

  it('is seen by nobody else', async () => {
    const other = await asDj();
    expect((await other.get('dj/tracks?q=title')).data).toMatchObject({ items: [], pagination: { total: 0 } });
    const [mine] = await itemsOf(dj, 'perPage=1');
    expect((await other.get(`dj/track/${mine?.id}`)).error.code).toBe('TRACK_NOT_FOUND');
    expect((await other.put(`dj/track/${mine?.id}`, { title: 'Mine' })).status).toBe(404);
    expect((await other.delete(`dj/track/${mine?.id}`)).status).toBe(404);
  });
});

/** Its answers come when what follows them is done. */
const settled = (dj: Person) => clientWith({}, dj.headers);

const coverSource = async (dj: Person, bytes = png(), kind = 'image', contentType = 'image/png') => {
  const upload = (await dj.post('media/uploads', { kind, contentType, bytes: bytes.length })).data;
  const body = bytes as Uint8Array<ArrayBuffer>;
  await exports.default.fetch(upload.url, { method: 'PUT', headers: upload.headers, body });
  return upload.id as string;
};
const keyIn = (url: string) => new URL(url).pathname.slice('/media/'.length);

describe('an edit', () => {
  it('changes what is sent and leaves the rest, and the track is found by its new words', async () => {
    const dj = await asDj();
    const { id } = await aTrack(dj, mp3(60, { title: 'Old', artist: 'Kept' }));
    const changes = { title: 'Émigré', album: 'LP', genre: 'Dub', bpm: 92.5, key: 'Am' };
    const { status, data } = await dj.put(`dj/track/${id}`, changes);
    expect([status, data]).toEqual([200, expect.objectContaining({ ...changes, artist: 'Kept' })]);
    expect((await itemsOf(dj, 'q=emigre')).map((item) => item.id)).toEqual([id]);
    expect(await itemsOf(dj, 'q=old')).toEqual([]);
    expect((await dj.put(`dj/track/${id}`, { bpm: 120.123456789 })).data.bpm).toBe(120.12);
    expect((await dj.put(`dj/track/${id}`, { genre: null, bpm: null })).data).toMatchObject({ genre: null, bpm: null });
  });

  it.each([
    { title: '' },
    { title: null },
    { title: 'x'.repeat(201) },
    { title: 'two\nlines' },
    { bpm: 0 },
    { bpm: 1_000 },
    { bpm: '120' },
    { key: 'x'.repeat(13) },
    { mood: 'good' },
    { coverUrl: 'https://example.com/a.png' },
    { coverUrl: null, coverUploadId: 'x' },
  ])('is refused: %j', async (changes) => {
    const dj = await asDj();
    const { id } = await aTrack(dj);
    expect((await dj.put(`dj/track/${id}`, changes)).status).toBe(422);
  });

  it('that says what is so already writes nothing', async () => {
    const dj = await asDj();
    const { id, updatedAt } = await aTrack(dj);
    const first = await dj.put(`dj/track/${id}`, { title: 'Mine', bpm: 100 });
    expect(first.data.updatedAt).not.toBe(updatedAt);
    expect((await dj.put(`dj/track/${id}`, { title: 'Mine', bpm: 100 })).data).toEqual({
      ...first.data,
      fileUrl: expect.any(String),
    });
    expect((await dj.put(`dj/track/${id}`, {})).data.updatedAt).toBe(first.data.updatedAt);
  });

  it('of a rejected track is refused', async () => {
    const dj = await asDj();
    const bytes = ownWav();
    await aTrack(dj, bytes);
    const duplicate = await aTrack(dj, bytes);
    expect((await dj.put(`dj/track/${duplicate.id}`, { title: 'A' })).error.code).toBe('TRACK_REJECTED');
  });
});

describe('a cover', () => {
  it('is drawn anew from an upload, replaces the old one, and can be removed', async () => {
    const dj = await asDj();
    const { id, coverUrl: tagged } = await aTrack(dj, mp3(60, { title: 'A', cover: png() }));
    const { status, data } = await dj.put(`dj/track/${id}`, {
      coverUploadId: await coverSource(dj, picture(400, 400)),
    });
    expect(status).toBe(200);
    expect(data.coverUrl).not.toBe(tagged);
    const shown = await exports.default.fetch(data.coverUrl);
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/webp']);
    await shown.arrayBuffer();
    expect(await env.MEDIA.head(keyIn(tagged))).toBeNull();
    const { results } = await env.DB.prepare("SELECT 1 FROM media_uploads WHERE owner_id = ? AND kind = 'image'")
      .bind(dj.userId)
      .all();
    expect(results).toEqual([]);
    const removed = await settled(dj).put(`dj/track/${id}`, { coverUrl: null });
    expect(removed.data.coverUrl).toBeNull();
    expect(await env.MEDIA.head(keyIn(data.coverUrl))).toBeNull();
    expect((await exports.default.fetch(data.coverUrl)).status).toBe(404);
  });

  it('may be a thumbnail, which is copied, and stays where it is sent back as it was', async () => {
    const dj = await asDj();
    const { id } = await aTrack(dj);
    const body = new FormData();
    body.set('thumbnail', new File([png() as Uint8Array<ArrayBuffer>], 'a.png'));
    const { thumbnail } = (await dj.post('stream/thumbnail', body)).data;
    const { data } = await dj.put(`dj/track/${id}`, { coverUrl: thumbnail });
    expect(data.coverUrl).toContain('/media/track-cover/');
    const again = await dj.put(`dj/track/${id}`, { coverUrl: data.coverUrl, title: 'B' });
    expect(again.data).toMatchObject({ coverUrl: data.coverUrl, title: 'B' });
  });

  it('is refused if the upload is of another kind, of somebody else, unsent or no picture', async () => {
    const [dj, other] = [await asDj(), await asDj()];
    const { id } = await aTrack(dj);
    const codeOf = async (coverUploadId: string) => (await dj.put(`dj/track/${id}`, { coverUploadId })).error.code;
    expect(await codeOf(await coverSource(dj, ownWav(), 'track', 'audio/wav'))).toBe('FILE_TYPE_NOT_ALLOWED');
    expect(await codeOf(await coverSource(other))).toBe('UPLOAD_NOT_FOUND');
    expect(
      await codeOf((await dj.post('media/uploads', { kind: 'image', contentType: 'image/png', bytes: 9 })).data.id),
    ).toBe('UPLOAD_INCOMPLETE');
    expect(await codeOf(await coverSource(dj, ownWav()))).toBe('FILE_TYPE_NOT_ALLOWED');
  });
});

describe('a deletion', () => {
  it('takes the file, the cover and the row, once', async () => {
    const dj = await asDj();
    const { id, coverUrl } = await aTrack(dj, mp3(60, { title: 'A', cover: png() }));
    const key = (await trackRow(id))?.key ?? '';
    expect((await settled(dj).delete(`dj/track/${id}`)).status).toBe(200);
    for (const file of [key, keyIn(coverUrl)]) expect(await env.MEDIA.head(file)).toBeNull();
    const rows = env.DB.prepare('SELECT 1 FROM media_files WHERE owner_id = ?').bind(dj.userId);
    expect((await rows.all()).results).toEqual([]);
    expect((await dj.delete(`dj/track/${id}`)).error.code).toBe('TRACK_NOT_FOUND');
    expect((await dj.get('dj/tracks')).data.items).toEqual([]);
  });

  it('may come before the track was read', async () => {
    const dj = await asDj();
    const { data } = await uploaded(dj);
    expect((await dj.delete(`dj/track/${data.id}`)).status).toBe(200);
  });
});
