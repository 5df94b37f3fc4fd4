/**
 * What a camera writes into a video beside picture and sound (where it was taken, and with what) and nobody is to
 * read. The file is not written anew: the places of such boxes are noted once, and whoever reads it finds `free` boxes
 * of zeros there, so that every size and offset in it stays true.
 */
import type { Context } from '@/contracts/context';
import { type BoxesIn, openBoxes } from './boxes';
import { fileError } from './errors';
import type { ByteRange } from './range';
import type { Blank } from './tables';

/** Some each for the file, the movie and its tracks; more is no camera's doing. */
const BLANKS_MAX = 64;

/**
 * What players need of a file and of the boxes inside it that are looked into. What a place can stand in has many names
 * (`udta`, `meta`, `uuid`, makers' own, a `free` over the remains of one), so everything else goes.
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
 * NOTE: WebM is shown as it came: what records it (browsers) writes no place. So are samples: the track of positions
 * that some action cameras and drones record beside the picture stays; and what stands behind the fragments of a file
 * that was recorded in them.
 *
 * Throws FILE_UNREADABLE, UPLOAD_CONFLICT, MEDIA_STORE_UNAVAILABLE.
 */
export async function findBlanks(ctx: Context, { key, contentType, bytes }: StoredObject): Promise<Blank[]> {
  if (contentType === 'video/webm') return [];
  return findBlanksAmong(
    openBoxes(bytes, (offset, length) => readRange(ctx, key, { offset, length })),
    bytes,
  );
}

/** @param size of the file. Throws FILE_UNREADABLE */
export async function findBlanksAmong(boxesIn: BoxesIn, size: number): Promise<Blank[]> {
  const blanks: Blank[] = [];
  let hasMovie = false;
  const look = async (place: keyof typeof SHOWN, from: number, to: number): Promise<void> => {
    for await (const { type, typeAt, contentAt, end } of boxesIn(from, to)) {
      if (!SHOWN[place]?.has(type)) {
        if (contentAt < end) blanks.push([typeAt, contentAt, end]);
        if (blanks.length > BLANKS_MAX) throw fileError('FILE_UNREADABLE');
      } else if (type in SHOWN) await look(type, contentAt, end);
      hasMovie ||= type === 'moov';
      // From here on a file that was recorded in fragments has one for each second or so, and nothing else.
      if (type === 'moof' && hasMovie) return;
    }
  };
  await look('file', 0, size);
  return blanks;
}

async function readRange(ctx: Context, key: string, range: ByteRange): Promise<Uint8Array> {
  const bytes = await ctx.files
    .get(key, { range })
    .then((object) => object?.arrayBuffer())
    .catch((error) => {
      ctx.log.fault('media store', error);
      throw fileError('MEDIA_STORE_UNAVAILABLE');
    });
  if (bytes?.byteLength !== range.length) throw fileError('UPLOAD_CONFLICT'); // deleted since it was looked up
  return new Uint8Array(bytes);
}
