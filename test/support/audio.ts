/** Small files of sound, of every type that a DJ may upload, made byte by byte: as far as anyone looks into them. */

type Piece = string | readonly number[] | Uint8Array;

const join = (...pieces: Piece[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat(pieces.map((piece) => Buffer.from(piece as Uint8Array)))); // Buffer.from takes each of them

const u32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255];
const little = (bytes: readonly number[]): number[] => bytes.toReversed();

/** PCM of 8,000 bytes a second. @param claimed what its header says of the sound's length, in bytes */
export function wav(seconds = 1, { seed = 0, claimed = 8_000 * seconds } = {}): Uint8Array<ArrayBuffer> {
  const sound = new Uint8Array(8_000 * seconds).fill(seed % 256);
  const format = [
    ...little(u16(1)),
    ...little(u16(1)),
    ...little(u32(8_000)),
    ...little(u32(8_000)),
    ...little(u16(1)),
    ...little(u16(8)),
  ];
  const chunks = join('WAVE', 'fmt ', little(u32(16)), format, 'data', little(u32(claimed)), sound);
  return join('RIFF', little(u32(chunks.length)), chunks);
}

/** Sound that differs from any other. */
export const ownWav = (seconds = 1) => wav(seconds).map((byte, at) => (at < 44 ? byte : Math.random() * 256));

interface Tags {
  readonly title?: string;
  readonly artist?: string;
  readonly album?: string;
  readonly genre?: string;
  readonly bpm?: string;
  readonly key?: string;
  readonly cover?: Uint8Array;
  /** Bytes of nothing, in a frame of its own. */
  readonly padding?: number;
}

const FRAMES = { title: 'TIT2', artist: 'TPE1', album: 'TALB', genre: 'TCON', bpm: 'TBPM', key: 'TKEY' } as const;

/** A tag of ID3v2.3, as it stands before the sound of an MP3. */
export function id3(tags: Tags): Uint8Array<ArrayBuffer> {
  const frame = (name: string, body: Uint8Array) => join(name, u32(body.length), [0, 0], body);
  const texts = Object.entries(FRAMES).flatMap(([field, name]) => {
    const text = tags[field as keyof typeof FRAMES];
    return text === undefined ? [] : [frame(name, join([1, 0xff, 0xfe], new Uint8Array(Buffer.from(text, 'utf16le'))))];
  });
  const cover = tags.cover ? [frame('APIC', join([0], 'image/png', [0, 3, 0], tags.cover))] : [];
  const padding = tags.padding ? [frame('PRIV', new Uint8Array(tags.padding))] : [];
  const body = join(...texts, ...cover, ...padding);
  const size = [21, 14, 7, 0].map((shift) => (body.length >>> shift) & 127);
  return join('ID3', [3, 0, 0], size, body);
}

/** Layer III, 128 kbit/s, 44.1 kHz: 417 bytes and 26 ms a frame. */
const MP3_FRAME = join([0xff, 0xfb, 0x90, 0x64], new Uint8Array(413));

/** @param xing what its first frame says of the bytes that follow */
export function mp3(frames = 100, tags: Tags = {}, xing?: number): Uint8Array<ArrayBuffer> {
  const first = MP3_FRAME.slice();
  if (xing !== undefined) first.set(join('Xing', u32(3), u32(frames), u32(xing)), 36);
  const sound = Array.from({ length: frames }, (_, at) => (at === 0 ? first : MP3_FRAME));
  return join(id3(tags), ...sound);
}

/** AAC-LC at 44.1 kHz, in frames of 100 bytes and 23 ms. */
export function aac(frames = 100): Uint8Array<ArrayBuffer> {
  const frame = join([0xff, 0xf1, 0x50, 0x80, 0x0c, 0x9f, 0xfc], new Uint8Array(93));
  return join(...Array.from({ length: frames }, () => frame));
}

/** Frames of 4,096 samples at 44.1 kHz, whose headers alone are right. @param claimed how many frames its header says */
export function flac(frames = 20, claimed = frames): Uint8Array<ArrayBuffer> {
  const total = claimed * 4_096;
  // 44,100 Hz, two channels of 16 bits, and the number of samples.
  const shape = [0x0a, 0xc4, 0x42, 0xf0, ...u32(total)];
  const info = join(u16(4_096), u16(4_096), new Uint8Array(6), shape, new Uint8Array(16));
  const headers = Array.from({ length: frames }, (_, number) => {
    const header = join([0xff, 0xf8, 0xc9, 0x18, number]);
    return join(header, [crc8(header)], new Uint8Array(200));
  });
  return join('fLaC', [0x80, 0, 0, info.length], info, ...headers);
}

function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit -= 1) {
      const carry = (crc >> 7) ^ ((byte >> bit) & 1);
      crc = ((crc << 1) & 255) ^ (carry ? 7 : 0);
    }
  return crc;
}

/** A page of an Ogg stream. @param kind 2: its first, 4: its last */
function oggPage(kind: number, number: number, granule: number, body: Uint8Array): Uint8Array {
  const sizes = [...new Array(Math.floor(body.length / 255)).fill(255), body.length % 255];
  const place = [...little(u32(granule)), 0, 0, 0, 0];
  return join('OggS', [0, kind], place, little(u32(7)), little(u32(number)), [0, 0, 0, 0], [sizes.length], sizes, body);
}

/** Opus of a second, 48,000 samples. */
export function opus({ title = 'Opus', isWhole = true } = {}): Uint8Array<ArrayBuffer> {
  const head = join('OpusHead', [1, 1], little(u16(0)), little(u32(48_000)), [0, 0, 0]);
  const comment = join(`TITLE=${title}`);
  const tags = join('OpusTags', little(u32(4)), 'test', little(u32(1)), little(u32(comment.length)), comment);
  const last = isWhole ? [oggPage(4, 3, 48_000, new Uint8Array(100))] : [];
  return join(oggPage(2, 0, 0, head), oggPage(0, 1, 0, tags), oggPage(0, 2, 24_000, new Uint8Array(100)), ...last);
}

function box(type: string, ...content: Piece[]): Uint8Array<ArrayBuffer> {
  const body = join(...content);
  return join(u32(body.length + 8), type, body);
}

/** AAC in MP4, of this many seconds. Most programs give it a brand that videos have too. */
export function m4a(seconds = 2, brand = 'M4A ', handler = 'soun'): Uint8Array<ArrayBuffer> {
  const none = (bytes: number) => new Uint8Array(bytes);
  const timed = [...u32(1_000), ...u32(seconds * 1_000)];
  const entry = box('mp4a', none(6), [0, 1], none(8), u16(2), u16(16), none(4), u32(44_100 * 65_536));
  const samples = box(
    'stbl',
    box('stsd', none(4), u32(1), entry),
    box('stts', none(4), u32(1), u32(1), u32(seconds * 1_000)),
    box('stsc', none(4), u32(1), u32(1), u32(1), u32(1)),
    box('stsz', none(4), u32(100), u32(1)),
    box('stco', none(4), u32(1), u32(0)),
  );
  const media = box(
    'mdia',
    box('mdhd', none(12), timed, none(4)),
    box('hdlr', none(8), handler, none(13)),
    box('minf', box('smhd', none(8)), samples),
  );
  const track = box('trak', box('tkhd', none(12), u32(1), none(4), u32(seconds * 1_000), none(60)), media);
  const movie = box('moov', box('mvhd', none(12), timed, none(80)), track);
  return join(box('ftyp', brand, u32(0), `${brand}isom`), movie, box('mdat', none(100)));
}

/** WAV whose format is named by an id, as programs write it for more than 16 bits or two channels. */
export function wavExtensible(): Uint8Array<ArrayBuffer> {
  const sound = wav(2);
  const format = join(
    [0xfe, 0xff],
    sound.slice(22, 36),
    little(u16(22)),
    new Uint8Array(6),
    [1, 0],
    new Uint8Array(14),
  );
  const chunks = join('fmt ', little(u32(format.length)), format, sound.slice(36));
  return join('RIFF', little(u32(chunks.length + 4)), 'WAVE', chunks);
}

/** What every scanner of viruses is tried with. It is harmless. */
export const EICAR = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*';
