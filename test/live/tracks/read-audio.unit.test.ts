/** What files of sound say about themselves, and what is wrong with those that cannot be used. */
import { describe, expect, it } from 'vitest';
import { aac, flac, id3, m4a, mp3, opus, wav, wavExtensible } from '#test/support/audio';
import { mp4, png } from '#test/support/files';
import { AUDIO_TYPES, type AudioType } from '@/contracts/file-kinds';
import { inspectType } from '@/domains/base/media/inspect';
import { readAudio } from '@/domains/live/tracks/read-audio';

const sourceOf = (bytes: Uint8Array) => ({
  size: bytes.length,
  read: async (offset: number, length: number) => {
    if (length < 1 || offset + length > bytes.length) throw new Error('The requested range is not satisfiable (10039)');
    return bytes.slice(offset, offset + length);
  },
});

const typeOf = (bytes: Uint8Array) => inspectType(bytes.subarray(0, 4_096), AUDIO_TYPES);
const read = async (bytes: Uint8Array) => readAudio((await typeOf(bytes)) as AudioType, sourceOf(bytes));

describe('a file of sound', () => {
  it.each([
    ['audio/wav', wav(3), 3_000],
    ['audio/mpeg', mp3(100), 2_612],
    ['audio/mpeg', mp3(100, {}, 417 * 100), 2_612],
    ['audio/aac', aac(100), 2_322],
    ['audio/flac', flac(20), 1_858],
    ['audio/ogg', opus(), 1_000],
    ['audio/mp4', m4a(2), 2_000],
  ])('is %s by its bytes, and has its length', async (type, bytes, durationMs) => {
    expect(await typeOf(bytes)).toBe(type);
    const audio = await read(bytes);
    expect(audio).toMatchObject({ durationMs: expect.any(Number) });
    if (typeof audio !== 'string') expect(Math.abs(audio.durationMs - durationMs)).toBeLessThan(60);
  });

  it('is as long as its frames, whatever the first of them promise and whatever lies between them', async () => {
    const slow = new Uint8Array(208);
    slow.set([0xff, 0xfb, 0x50, 0x64]);
    const slower = Array.from({ length: 100 }, () => [...slow]).flat();
    const changing = new Uint8Array([...mp3(10), ...new Uint8Array(3_000).fill(7), ...slower]);
    const audio = await read(changing);
    expect(audio).toMatchObject({ durationMs: Math.round((110 * 1_152 * 1_000) / 44_100) });
  });

  it('may have hours of frames, which are counted in seconds', async () => {
    const part = mp3(2_000);
    const hour = new Uint8Array(Buffer.concat(Array.from({ length: 70 }, () => part)));
    const startedAt = performance.now();
    const { reads, source } = counted(hour);
    expect(await readAudio('audio/mpeg', source)).toMatchObject({
      durationMs: Math.round((140_000 * 1_152 * 1_000) / 44_100),
    });
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    expect(reads.length).toBeLessThan(20);
  });

  it.each([
    ['all of a size that is unknown', 0xffffffff],
    ['as much as SoX writes', 0x7fffffff - 36],
    ['no sound, of a recorder without power', 0],
  ])('of a writer that could not go back goes on to its end: it says %s', async (_, claimed) => {
    const bytes = wav(3);
    const view = new DataView(bytes.buffer);
    view.setUint32(4, claimed === 0 ? 0 : 0xffffffff, true);
    view.setUint32(40, claimed, true);
    expect(await read(bytes)).toMatchObject({ durationMs: 3_000 });
  });

  it('is as long as its last frame says, if a program wrote FLAC into a pipe', async () => {
    const [whole, early] = [flac(20, 0), flac(3)];
    const durationMs = Math.round((20 * 4_096 * 1_000) / 44_100);
    expect(await read(whole)).toMatchObject({ durationMs });
    // A frame by chance.
    expect(await read(new Uint8Array([...whole, ...early.subarray(42, 50)]))).toMatchObject({ durationMs });
  });

  it.each(['isom', 'mp42', 'dash', '3gp4', 'M4B '])('is MP4 by the brand %s', async (brand) => {
    expect(await readAudio('audio/mp4', sourceOf(m4a(2, brand)))).toMatchObject({ durationMs: 2_000 });
  });

  it.each([
    ['audio/flac', flac()],
    ['audio/aac', aac()],
  ] as const)('is %s behind a tag, however long', async (type, sound) => {
    const bytes = new Uint8Array([...id3({ title: 'Tagged', padding: 9_000 }), ...sound]);
    expect(await readAudio(type, sourceOf(bytes))).toMatchObject({ tags: { title: 'Tagged' } });
  });

  it.each([
    ['zeros, where a tag was', new Uint8Array(1_000)],
    ['the rest of a frame', mp3(1).subarray(300)],
    ['the fill byte of a frame', new Uint8Array([0xff])],
  ])('is MP3 behind %s', async (_, before) => {
    const bytes = new Uint8Array([...before, ...mp3(100)]);
    expect(await typeOf(bytes)).toBe('audio/mpeg');
    expect(await read(bytes)).toMatchObject({ durationMs: 2_612, metadata: { container: 'MPEG' } });
  });

  it('has the codec that an extensible WAV names further on', async () => {
    expect(await read(wavExtensible())).toMatchObject({ durationMs: 2_000, metadata: { codec: 'PCM' } });
  });

  it('has the tags and the cover that are written into it', async () => {
    const tags = { title: 'Tïtle', artist: 'Ärt', album: 'Album', genre: 'House', bpm: '128', key: '8A', cover: png() };
    expect(await read(mp3(50, tags))).toMatchObject({
      tags: { title: 'Tïtle', artist: 'Ärt', album: 'Album', genre: 'House', bpm: 128, musicKey: '8A' },
      metadata: { container: 'MPEG', lossless: false, sampleRate: 44_100, channels: 2 },
      cover: png(),
    });
  });

  it('has tags of one line that are cut where they are too long, and none that shows nothing', async () => {
    const audio = await read(mp3(50, { title: `a\u0000\nb${'é'.repeat(5_000)}`, artist: '\u200b ', bpm: 'fast' }));
    if (typeof audio === 'string') throw new Error(audio);
    expect([...(audio.tags.title ?? '')].length).toBeLessThanOrEqual(200);
    expect(audio.tags.title).not.toMatch(/[\n\0]/);
    expect([audio.tags.artist, audio.tags.bpm]).toEqual([null, null]);
  });

  it('has its artist as it is written, with a slash', async () => {
    expect(await read(mp3(50, { artist: 'AC/DC' }))).toMatchObject({ tags: { artist: 'AC/DC' } });
  });

  it.each([
    ['127.5', 127.5],
    ['127,256', 127.26],
    ['1e999', null],
    ['0x80', null],
    ['0', null],
    ['1000', null],
    ['fast', null],
  ])('with the tempo %s has %d', async (bpm, expected) => {
    expect(await read(mp3(50, { bpm }))).toMatchObject({ tags: { bpm: expected } });
  });

  it.each([
    ['I <3 U', 'I <3 U'],
    ['\u202e<script>', '<script>'],
    ['a\u2028b\u0085c', 'a b c'],
    ['\u202e', null],
  ])('with the title %j loses only control characters', async (title, expected) => {
    expect(await read(mp3(50, { title }))).toMatchObject({ tags: { title: expected } });
  });

  it('rejects tags that do not fit into memory, and takes megabytes of them', async () => {
    expect(await read(mp3(50, { title: 'A', padding: 5_000_000 }))).toMatchObject({ tags: { title: 'A' } });
    expect(await read(mp3(50, { title: 'A', padding: 20_000_000 }))).toBe('tags-too-large');
    expect(await read(mp3(50, { cover: new Uint8Array(11_000_000) }))).toMatchObject({ cover: null });
  });

  it('is not cut off by sound that looks like an earlier frame after the last one', async () => {
    const [whole, early] = [flac(20), flac(3)];
    expect(await read(new Uint8Array([...whole, ...early.subarray(42)]))).toMatchObject({ tags: { title: null } });
  });
});

/** A source that notes how long each read of the store is. */
function counted(bytes: Uint8Array) {
  const reads: number[] = [];
  const read = async (offset: number, length: number) => {
    reads.push(length);
    return bytes.subarray(offset, offset + length);
  };
  return { reads, source: { size: bytes.length, read } };
}

describe('a file that cannot be used', () => {
  const half = (bytes: Uint8Array) => bytes.slice(0, bytes.length / 2);

  it.each([
    ['WAV', half(wav(4))],
    ['FLAC', flac(10, 20)],
    ['MP3 that says how long it is', mp3(50, {}, 417 * 100)],
    ['MP3 within its cover', mp3(50, { cover: new Uint8Array(5_000) }).slice(0, 3_000)],
    ['FLAC without its frames', flac(0, 20)],
    ['FLAC behind a tag that goes on past its end', new Uint8Array([...id3({}).slice(0, 6), 1, 0, 0, 0, ...flac()])],
    ['Opus', opus({ isWhole: false })],
    ['M4A without its end', m4a().slice(0, -50)],
    ['M4A without its movie', half(m4a())],
  ])('is truncated: %s', async (_, bytes) => {
    expect(await read(bytes)).toBe('truncated');
  });

  it.each([
    [
      'a text behind a tag',
      new Uint8Array([...id3({ padding: 5_000 }), ...new TextEncoder().encode('no sound '.repeat(99))]),
    ],
    ['FLAC behind the tag of an MP3', new Uint8Array([...id3({ padding: 5_000 }), ...flac()])],
  ])('is mislabelled: %s', async (_, bytes) => {
    expect(await read(bytes)).toBe('mislabelled');
  });

  it.each([0xff, 0x00, 0xfb])(
    'is damaged: sound with megabytes of %i behind it, which are given up at once',
    async (byte) => {
      const sound = mp3(100);
      const bytes = new Uint8Array(sound.length + 50_000_000).fill(byte);
      bytes.set(sound);
      const { reads, source } = counted(bytes);
      const startedAt = performance.now();
      expect(await readAudio('audio/mpeg', source)).toBe('damaged');
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect(reads.reduce((sum, length) => sum + length, 0)).toBeLessThan(20_000_000);
    },
  );

  it('has no length: WAV without sound', async () => {
    expect(await read(wav(0))).toBe('no-duration');
  });

  it.each([
    ['rate of samples', 24, 1],
    ['size of a sample', 34, 64],
  ])('is damaged: WAV whose %s is a lie by which it would be longer', async (_, at, lie) => {
    const bytes = wav(2);
    bytes.set([lie, 0], at);
    expect(await read(bytes)).toBe('damaged');
  });

  it('may lie about its bytes a second, which nobody believes', async () => {
    const bytes = wav(2);
    bytes.set([1, 0, 0, 0], 28);
    expect(await read(bytes)).toMatchObject({ durationMs: 2_000, metadata: { bitrate: 64_000 } });
  });

  it('is no sound at all by its bytes', async () => {
    for (const bytes of [mp4(), png(), new TextEncoder().encode('<script>')])
      await expect(typeOf(bytes)).rejects.toMatchObject({ code: 'FILE_TYPE_NOT_ALLOWED' });
  });

  it('is told apart from a store that fails while it is read', async () => {
    const away = new Error('The store is away');
    const source = { size: 5_000_000, read: () => Promise.reject(away) };
    for (const type of AUDIO_TYPES) await expect(readAudio(type, source)).rejects.toBe(away);
  });
});
