/**
 * Processes a file's content as it arrives: counts, collects or splits it. Keeps only the bytes
 * that this needs in memory.
 */
import { fileError } from './errors';

type Content = AsyncIterable<Uint8Array>;

/** Throws FILE_TOO_LARGE at the first byte past the limit. */
export async function* capped(content: Content, bytesMax: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw fileError('FILE_TOO_LARGE', { message: `The file is larger than ${bytesMax} bytes.` });
    yield chunk;
  }
}

/** Reports the size of each chunk as it is read. */
export async function* counted(content: Content, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    count(chunk.length);
    yield chunk;
  }
}

/** Collects the whole content. Throws FILE_TOO_LARGE. */
export async function collect(content: Content, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of capped(content, bytesMax)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Returns up to this many first bytes, and the whole content, which still includes them. */
export async function peek(content: Content, bytes: number): Promise<{ start: Uint8Array; whole: Content }> {
  const rest = content[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  for (let length = 0; length < bytes; ) {
    const next = await rest.next();
    if (next.done) break;
    chunks.push(next.value);
    length += next.value.length;
  }
  async function* whole() {
    yield* chunks;
    yield* { [Symbol.asyncIterator]: () => rest };
  }
  return { start: new Uint8Array(Buffer.concat(chunks)).subarray(0, bytes), whole: whole() };
}

/**
 * Cuts the content into pieces of this size; the last may be smaller. They share memory: the next piece overwrites the
 * last.
 */
export async function* inPieces(content: Content, bytes: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(bytes);
  let filled = 0;
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + bytes - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < bytes) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
