import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capped, collect, inPieces, peek } from '@/domains/base/media/file-content';

async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
const CHUNKS = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 });
const joined = (chunks: readonly Uint8Array[]) => [...Buffer.concat(chunks)];

describe('what a file holds', () => {
  it('is the same in pieces, all but the last of one size', async () => {
    await fc.assert(
      fc.asyncProperty(CHUNKS, fc.integer({ min: 1, max: 30 }), async (chunks, bytes) => {
        const pieces: Uint8Array[] = [];
        for await (const piece of inPieces(stream(chunks), bytes)) pieces.push(piece.slice());
        expect(joined(pieces)).toEqual(joined(chunks));
        expect(pieces.slice(0, -1).every(({ length }) => length === bytes)).toBe(true);
        expect(pieces.every(({ length }) => length > 0 && length <= bytes)).toBe(true);
      }),
    );
  });

  it('is whole after a look at its first bytes', async () => {
    await fc.assert(
      fc.asyncProperty(CHUNKS, fc.integer({ min: 1, max: 30 }), async (chunks, bytes) => {
        const { start, whole } = await peek(stream(chunks), bytes);
        expect([...start]).toEqual(joined(chunks).slice(0, bytes));
        expect([...(await collect(whole, 1_000))]).toEqual(joined(chunks));
      }),
    );
  });

  it('is refused at the byte too many, and what comes after it is not asked for', async () => {
    let asked = 0;
    async function* endless() {
      for (;;) {
        asked += 1;
        yield new Uint8Array(asked);
      }
    }
    expect(await collect(stream([new Uint8Array(10)]), 10)).toHaveLength(10);
    await expect(collect(endless(), 9)).rejects.toMatchObject({ status: 413, code: 'FILE_TOO_LARGE' });
    expect(asked).toBe(4);
    await expect(capped(endless(), 0).next()).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  });
});
