/**
 * The bytes of a file as its readers get them, with private parts blanked. Stretches without blanks stream from the
 * store to the reader without passing through this code: a video may have gigabytes, and a request only has seconds of
 * CPU.
 */
import type { Context } from '@/contracts/context';
import { fileError } from './errors';
import type { ByteRange } from './range';
import type { Blank } from './tables';

/** Another request to the store costs more than passing on this many bytes. */
const NEAR_BYTES = 65_536;
const FREE = new TextEncoder().encode('free');

interface Span extends ByteRange {
  /** The blanks inside the span. If there are none, it bypasses this code. */
  readonly blanks: readonly Blank[];
}

/**
 * Opens this range of the file. Throws FILE_NOT_FOUND if it was deleted since it was looked up, and
 * MEDIA_STORE_UNAVAILABLE. If either happens later, the stream breaks off.
 */
export async function openShown(
  ctx: Context,
  key: string,
  range: ByteRange,
  blanks: readonly Blank[],
): Promise<ReadableStream<Uint8Array>> {
  const [first, ...rest] = spansOf(range, blanks);
  if (!first) throw fileError('FILE_NOT_FOUND');
  const start = await openSpan(ctx, key, first);
  if (rest.length === 0 && first.blanks.length === 0) return start;
  // Enforces the length that the response's headers announce.
  const { readable, writable } = new FixedLengthStream(range.length);
  const pour = async () => {
    await start.pipeTo(writable, { preventClose: true });
    for (const span of rest) await (await openSpan(ctx, key, span)).pipeTo(writable, { preventClose: true });
    await writable.close();
  };
  // Not awaited, because the reader may stop reading.
  pour().catch((error) => {
    // Also reached if the reader disconnects, which is not a fault.
    ctx.log.warning('media store', error instanceof Error ? error.message : String(error));
    return writable.abort(error).catch(() => undefined);
  });
  return readable;
}

/** Splits the range into spans, in order and without gaps. */
export function spansOf({ offset, length }: ByteRange, blanks: readonly Blank[]): Span[] {
  const end = offset + length;
  const spans: Span[] = [];
  let at = offset;
  const goTo = (to: number, blank?: Blank) => {
    const last = spans.at(-1);
    if (last && last.blanks.length > 0 && (blank || to - at <= NEAR_BYTES)) {
      spans.splice(-1, 1, { ...last, length: to - last.offset, blanks: blank ? [...last.blanks, blank] : last.blanks });
    } else if (to > at) spans.push({ offset: at, length: to - at, blanks: blank ? [blank] : [] });
    at = to;
  };
  for (const blank of blanks) {
    const [from, to] = [Math.max(blank[0], offset), Math.min(blank[2], end)];
    if (from >= to) continue;
    if (from - at > NEAR_BYTES) goTo(from);
    goTo(to, blank);
  }
  goTo(end);
  return spans;
}

async function openSpan(ctx: Context, key: string, span: Span): Promise<ReadableStream<Uint8Array>> {
  const { offset, length, blanks } = span;
  const object = await ctx.files.get(key, { range: { offset, length } }).catch(() => {
    throw fileError('MEDIA_STORE_UNAVAILABLE');
  });
  if (!object) throw fileError('FILE_NOT_FOUND');
  return blanks.length === 0 ? object.body : object.body.pipeThrough(blankingFrom(offset, blanks));
}

/** Blanks a stream of the file that begins at this offset. */
export function blankingFrom(offset: number, blanks: readonly Blank[]): TransformStream<Uint8Array, Uint8Array> {
  let at = offset;
  return new TransformStream({
    transform(piece, controller) {
      blankOut(piece, at, blanks);
      at += piece.length;
      controller.enqueue(piece);
    },
  });
}

/** Overwrites the blanks in a piece of a file. @param at the piece's position in the file */
export function blankOut(piece: Uint8Array, at: number, blanks: readonly Blank[]): void {
  const within = (place: number) => Math.min(Math.max(place - at, 0), piece.length);
  for (const [typeAt, contentAt, end] of blanks) {
    const [first, last] = [within(typeAt), within(typeAt + FREE.length)];
    piece.set(FREE.subarray(first + at - typeAt, last + at - typeAt), first);
    piece.fill(0, within(contentAt), within(end));
  }
}
