/**
 * Finds private metadata that cameras write into videos, such as the location and the device. The file is not
 * rewritten. The positions of such boxes are stored once, and readers get `free` boxes of zeros there, so that every
 * size and offset in the file stays valid.
 */
import type { Context } from '@/contracts/context';
import { type BoxesIn, openBoxes } from './boxes';
import { fileError } from './errors';
import type { ByteRange } from './range';
import type { Blank } from './tables';

/** A few each for the file, the movie and its tracks. No camera writes more. */
const BLANKS_MAX = 64;

/**
 * The boxes that players need, in the file and in each container. A location may be in boxes of many names (`udta`,
 * `meta`, `uuid`, vendors' own, a `free` over remains), so every box that is not listed is blanked.
 */
const SHOWN: Readonly<Record<string, ReadonlySet<string>>> = {
  file: new Set(['ftyp', 'styp', 'pdin', 'moov', 'mdat', 'imda', 'moof', 'mfra', 'sidx', 'ssix']),
  moov: new Set(['mvhd', 'iods', 'mvex', 'trak']),
  trak: new Set(['tkhd', 'tapt', 'tref', 'trgr', 'edts', 'mdia']),
  mdia: new Set(['mdhd', 'hdlr', 'elng', 'minf']),
};

interface StoredObject {
  readonly key: string;
  readonly contentType: string;
  readonly bytes: number;
}

/**
 * Throws FILE_UNREADABLE, UPLOAD_CONFLICT, MEDIA_STORE_UNAVAILABLE.
 *
 * NOTE: three things are shown unchanged. WebM, because browsers, which record it, write no location. Samples, so the
 * track of positions stays that some action cameras and drones record. Boxes after the fragments of a fragmented file.
 */
export async function findBlanks(ctx: Context, { key, contentType, bytes }: StoredObject): Promise<Blank[]> {
  if (contentType === 'video/webm') return [];
  return findBlanksAmong(
    openBoxes(bytes, (offset, length) => readRange(ctx, key, { offset, length })),
    bytes,
  );
}

/** Throws FILE_UNREADABLE. @param size the file's, in bytes */
export async function findBlanksAmong(boxesIn: BoxesIn, size: number): Promise<Blank[]> {
  const blanks: Blank[] = [];
  let [hasMovie, hasSamples] = [false, false];
  const look = async (place: keyof typeof SHOWN, from: number, to: number): Promise<void> => {
    for await (const { type, typeAt, contentAt, end, isRest } of boxesIn(from, to)) {
      // Some cameras append what is no box, which players pass over. It may hold a location as well.
      const isAppended = place === 'file' && hasMovie && hasSamples && !SHOWN.file?.has(type);
      if (isRest && !isAppended) throw fileError('FILE_UNREADABLE');
      if (!SHOWN[place]?.has(type)) {
        if (contentAt < end) blanks.push([typeAt, contentAt, end]);
        if (blanks.length > BLANKS_MAX) throw fileError('FILE_UNREADABLE');
      } else if (type in SHOWN) await look(type, contentAt, end);
      hasMovie ||= type === 'moov';
      hasSamples ||= type === 'mdat';
      // A fragmented file continues with one fragment for each second or so, and nothing else.
      if (type === 'moof' && hasMovie) return;
    }
  };
  await look('file', 0, size);
  // A camera that lost its power never wrote where in the samples a picture begins.
  if (hasSamples && !hasMovie) throw fileError('FILE_UNREADABLE');
  return blanks;
}

/** Throws UPLOAD_CONFLICT, MEDIA_STORE_UNAVAILABLE. @param range within the object */
export async function readRange(ctx: Context, key: string, range: ByteRange): Promise<Uint8Array> {
  const bytes = await ctx.files
    .get(key, { range })
    .then((object) => object?.arrayBuffer())
    .catch((error) => {
      ctx.log.fault('media store', error);
      throw fileError('MEDIA_STORE_UNAVAILABLE');
    });
  if (bytes?.byteLength !== range.length) throw fileError('UPLOAD_CONFLICT'); // deleted since the look-up
  return new Uint8Array(bytes);
}
