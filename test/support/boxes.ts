/** Small MP4s made box by box, as phones write them and as nobody would. */

type Content = string | Uint8Array | readonly number[];

/** One byte a letter, so that `©xyz` is four. */
const bytesOf = (content: Content) =>
  typeof content === 'string' ? Buffer.from(content, 'latin1') : new Uint8Array(content);

export function join(...parts: Content[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts.map(bytesOf)));
}

/** @param size what it says of itself, true or not */
export function box(type: string, content: Content = [], size = bytesOf(content).length + 8): Uint8Array<ArrayBuffer> {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, size);
  return join(length, type, content);
}

/** The same with a size of 64 bits. */
export function largeBox(type: string, content: Content, size = BigInt(bytesOf(content).length + 16)) {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, size);
  return join([0, 0, 0, 1], type, length, content);
}

export const PLACE = '+48.8577+002.2950/';
export const CAMERA = 'FootlightCam';

export const ftyp = box('ftyp', 'isom\0\0\x02\0mp41');
export const SAMPLES = 'the picture and the sound, and in them by chance udta and meta';
export const mdat = box('mdat', SAMPLES);

/** A place as Android writes it, as Apple does, and as those do who write XMP. */
export const udta = () => box('udta', join(box('\u00a9xyz', `\0\u0012\u0015\u00c7${PLACE}`), box('\u00a9mod', CAMERA)));
export const meta = () =>
  box(
    'meta',
    join(
      box('hdlr', `\0\0\0\0\0\0\0\0mdta${'\0'.repeat(13)}`),
      box('keys', join('\0\0\0\0\0\0\0\x01', box('mdta', 'com.apple.quicktime.location.ISO6709'))),
      box('ilst', box('\0\0\0\x01', box('data', `\0\0\0\x01\0\0\0\0${PLACE}`))),
    ),
  );
export const uuid = () =>
  box(
    'uuid',
    `\u00be\u007a\u00cf\u00cb\u0097\u00a9\u0042\u00e8\u009c\u0071\u0099\u0094\u0091\u00e3\u00af\u00ac<x>${PLACE}</x>`,
  );

export function trak(...others: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const stbl = box('stbl', join(box('stsd', '\0\0\0\0\0\0\0\0'), box('stco', '\0\0\0\0\0\0\0\x01\0\0\0\u0024')));
  const mdia = box('mdia', join(box('mdhd', 'x'.repeat(24)), box('hdlr', 'vide'), box('minf', stbl)));
  return box('trak', join(box('tkhd', 'y'.repeat(84)), mdia, ...others));
}

export function moov(...others: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return box('moov', join(box('mvhd', 'z'.repeat(100)), ...others));
}

/** With a place wherever one is known to stand. */
export const phoneMovie = () => moov(trak(udta(), meta(), uuid()), udta(), trak(), meta(), uuid());
