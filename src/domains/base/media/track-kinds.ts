/** Finds out what an MP4 file holds: sound, a picture or both. Its brand does not say. Takes no Context. */
import { AppError } from '@/http/errors';
import { type BoxesIn, openBoxes } from './boxes';

/** Where a movie says what its tracks are. */
const CONTAINERS: ReadonlySet<string> = new Set(['moov', 'trak', 'mdia']);
/** After a version, flags and four unused bytes. */
const HANDLER_AT = 8;
const HANDLER_BYTES = 4;

/**
 * The handlers of its tracks, such as `soun` and `vide`; those that could be read, if the file is damaged. Throws what
 * `read` throws.
 */
export async function trackKinds(
  size: number,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<ReadonlySet<string>> {
  const kinds = new Set<string>();
  try {
    await look(openBoxes(size, read), 0, size);
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'FILE_UNREADABLE')) throw error;
  }
  return kinds;

  async function look(boxesIn: BoxesIn, from: number, to: number): Promise<void> {
    for await (const { type, contentAt, end, isRest } of boxesIn(from, to)) {
      if (isRest || type === 'moof') return; // fragments come after the movie that they belong to
      if (CONTAINERS.has(type)) await look(boxesIn, contentAt, end);
      else if (type === 'hdlr' && end - contentAt >= HANDLER_AT + HANDLER_BYTES)
        kinds.add(Buffer.from(await read(contentAt + HANDLER_AT, HANDLER_BYTES)).toString('latin1'));
    }
  }
}
