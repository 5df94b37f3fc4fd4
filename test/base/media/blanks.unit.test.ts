/** What of a video is not shown: found by its boxes, whatever they say of themselves, and written over in any piece. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  box,
  CAMERA,
  ftyp,
  join,
  largeBox,
  mdat,
  meta,
  moov,
  PLACE,
  phoneMovie,
  SAMPLES,
  trak,
  udta,
  uuid,
} from '#test/support/boxes';
import { findBlanksAmong } from '@/domains/base/media/blanks';
import { openBoxes } from '@/domains/base/media/boxes';
import { blankingFrom, blankOut, spansOf } from '@/domains/base/media/shown';
import type { Blank } from '@/domains/base/media/tables';

interface Look {
  reads?: number;
  bytes?: number;
}

async function findIn(file: Uint8Array, size = file.length, look: Look = {}) {
  const boxesIn = openBoxes(size, async (offset, length) => {
    look.reads = (look.reads ?? 0) + 1;
    look.bytes = (look.bytes ?? 0) + length;
    const bytes = new Uint8Array(length);
    bytes.set(file.subarray(offset, offset + length));
    return bytes;
  });
  return findBlanksAmong(boxesIn, size);
}

async function shown(file: Uint8Array): Promise<Uint8Array> {
  const whole = file.slice();
  blankOut(whole, 0, await findIn(file));
  return whole;
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const free = (hidden: Uint8Array) => box('free', new Uint8Array(hidden.length - 8));

describe('what a camera wrote beside picture and sound', () => {
  it.each([
    ['before the samples', join(ftyp, phoneMovie(), mdat)],
    ['after the samples', join(ftyp, mdat, phoneMovie())],
    ['at the end of the file', join(ftyp, moov(trak()), mdat, meta(), uuid(), udta(), box('inst', PLACE))],
    ['over and over', join(ftyp, udta(), phoneMovie(), mdat, phoneMovie())],
    [
      'in boxes of other names',
      join(ftyp, moov(trak(box('XMP_', PLACE)), box('loci', PLACE), box('free', PLACE)), mdat),
    ],
    ['in a box with a size of 64 bits', join(ftyp, moov(trak()), largeBox('uuid', PLACE), mdat)],
    ['behind samples with a size of 64 bits', join(ftyp, largeBox('mdat', SAMPLES), moov(trak(), udta()))],
    ['in a box to the end of the file', join(ftyp, moov(trak()), mdat, box('meta', PLACE, 0))],
    ['in what is no box, behind the movie', join(ftyp, moov(trak()), mdat, `\xff\xff\xff\xffINSV ${PLACE}`)],
    ['in a box that is cut off, behind the movie', join(ftyp, mdat, moov(trak()), box('meta', PLACE, 900))],
    ['in fragments', join(ftyp, moov(trak(), box('mvex'), udta()), box('moof', 'a'), mdat, box('moof', 'b'), mdat)],
  ])('is not shown, and nothing else is changed: %s', async (_, file) => {
    const seen = await shown(file);
    expect(seen.length).toBe(file.length);
    for (const trace of [PLACE, CAMERA, 'ISO6709']) expect(text(seen)).not.toContain(trace);
    expect(text(seen)).toContain(SAMPLES);
    for (const kept of [ftyp, trak().subarray(8)]) expect(text(seen)).toContain(text(kept));
  });

  it('is a free box of zeros, as long as it was', async () => {
    const file = join(ftyp, moov(trak(), udta()), mdat, largeBox('uuid', PLACE), meta());
    const large = largeBox('free', new Uint8Array(PLACE.length));
    expect(await shown(file)).toEqual(join(ftyp, moov(trak(), free(udta())), mdat, large, free(meta())));
  });

  it('leaves a file without it as it is', async () => {
    const file = join(ftyp, box('wide'), mdat, moov(trak(), trak()), '\0\0\0\0');
    expect(await findIn(file)).toEqual([]);
  });

  it('is not looked for among the fragments of a long recording', async () => {
    const fragments = Array.from({ length: 2_000 }, () => join(box('moof'), mdat));
    const look: Look = {};
    const file = join(ftyp, moov(trak(), box('mvex'), udta()), ...fragments);
    expect(await findIn(file, file.length, look)).toHaveLength(1);
    expect(look.reads).toBe(1);
  });

  it('is found in a file of gigabytes by a few reads', async () => {
    const look: Look = {};
    const head = join(ftyp, largeBox('mdat', [], 5_000_000_000n));
    const tail = join(moov(trak(), udta()));
    const size = ftyp.length + 5_000_000_000 + tail.length;
    const boxesIn = openBoxes(size, async (offset, length) => {
      look.reads = (look.reads ?? 0) + 1;
      const bytes = new Uint8Array(length);
      bytes.set(offset < 1_000 ? head.subarray(offset, offset + length) : tail.subarray(offset - size));
      return bytes;
    });
    const [blank, ...others] = await findBlanksAmong(boxesIn, size);
    expect(blank).toEqual([size - udta().length + 4, size - udta().length + 8, size]);
    expect([others, look]).toEqual([[], { reads: 2 }]);
  });
});

describe('a file that does not add up', () => {
  it.each([
    ['is cut off', join(ftyp, phoneMovie(), mdat).subarray(0, -1)],
    ['is cut off in its movie', join(ftyp, mdat, phoneMovie()).subarray(0, -1)],
    ['is cut off in more samples', join(ftyp, phoneMovie(), mdat, mdat).subarray(0, -1)],
    ['has no movie, only samples', join(ftyp, mdat, box('free'))],
    ['is no box before its movie', join(ftyp, mdat, 'what is no box', moov(trak()))],
    ['is cut off in a header', join(ftyp, largeBox('mdat', SAMPLES)).subarray(0, ftyp.length + 12)],
    ['has a box smaller than its header', join(ftyp, moov(trak()), box('mdat', '', 7))],
    ['has one of 64 bits that is smaller than its header', join(ftyp, moov(trak()), largeBox('mdat', '', 15n))],
    ['has one of more bytes than there are numbers', join(ftyp, largeBox('mdat', SAMPLES, 2n ** 64n - 1n))],
    ['has a child that is longer than its parent', join(ftyp, moov(box('trak', '', 9)), mdat)],
    ['has a child without an end', join(ftyp, moov(box('trak', '', 0)), mdat)],
    ['has a child that says 64 bits and has no room for them', join(ftyp, moov(box('udta', '', 1)), mdat)],
    ['hides more than any camera', join(ftyp, moov(...Array.from({ length: 65 }, udta)), mdat)],
    ['has thousands of boxes', join(ftyp, ...Array.from({ length: 5_000 }, () => box('mdat')))],
  ])('is unreadable where it %s', async (_, file) => {
    await expect(findIn(file)).rejects.toMatchObject({ code: 'FILE_UNREADABLE', status: 422 });
  });

  it.each([
    ['of one kind', ['moov']],
    ['of the kinds that are looked into', ['moov', 'trak', 'mdia']],
  ])('is not followed into ten thousand boxes %s, one in the other', async (_, types) => {
    const depth = 10_000;
    const headers = Array.from({ length: depth }, (_, level) =>
      box(types[level % types.length] ?? '', [], 8 * (depth - level) + udta().length),
    );
    const look: Look = {};
    const file = join(ftyp, ...headers, udta(), mdat);
    expect(text(await shown(file))).not.toContain(PLACE);
    await findIn(file, file.length, look);
    expect(look.reads).toBe(2);
  });

  it('is not read through, however far apart its boxes are', async () => {
    const look: Look = {};
    const file = join(ftyp, ...Array.from({ length: 500 }, () => box('mdat', new Uint8Array(40_000))));
    await expect(findIn(file, file.length, look)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    expect(look.reads).toBeLessThanOrEqual(100);
    expect(look.bytes).toBeLessThan(4_000_000);
  });

  it('never makes the look fail in another way, nor go on', async () => {
    const type = fc.constantFrom('moov', 'trak', 'mdia', 'udta', 'mdat', 'free', 'ftyp', 'meta', 'minf');
    const { tree } = fc.letrec<{ tree: Uint8Array }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.uint8Array({ maxLength: 20 }),
        fc
          .tuple(type, fc.array(tie('tree'), { maxLength: 4 }), fc.option(fc.nat(200)), fc.boolean())
          .map(([name, children, size, isLarge]) =>
            isLarge
              ? largeBox(name, join(...children), ...(size === null ? [] : [BigInt(size)]))
              : box(name, join(...children), ...(size === null ? [] : [size])),
          ),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { maxLength: 5 }), async (parts) => {
        const file = join(...parts);
        const blanks = await findIn(file).catch((error) => {
          expect(error).toMatchObject({ code: 'FILE_UNREADABLE' });
          return [];
        });
        let last = 0;
        for (const [typeAt, contentAt, end] of blanks) {
          expect(typeAt).toBeGreaterThanOrEqual(last + 4);
          expect(contentAt).toBeGreaterThanOrEqual(typeAt + 4);
          expect(end).toBeLessThanOrEqual(file.length);
          last = end;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a part of the file', () => {
  const file = join(ftyp, moov(trak(meta()), udta()), mdat, largeBox('uuid', PLACE), box('mdat', 'b'));

  it('shows what the whole file shows there, wherever it is cut', async () => {
    const blanks = await findIn(file);
    const whole = await shown(file);
    for (let cut = 0; cut <= file.length; cut += 1) {
      const [front, back] = [file.slice(0, cut), file.slice(cut)];
      blankOut(front, 0, blanks);
      blankOut(back, cut, blanks);
      expect(Buffer.from(join(front, back)).equals(whole), `at ${cut}`).toBe(true);
    }
  });

  it('in pieces of any size, of any range, is the same', async () => {
    const blanks = await findIn(file);
    const whole = await shown(file);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(file.length - 1),
        fc.integer({ min: 1, max: file.length }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        async (offset, wanted, sizes) => {
          const length = Math.min(wanted, file.length - offset);
          const pieces: Uint8Array[] = [];
          for (let at = offset, turn = 0; at < offset + length; turn += 1) {
            const end = Math.min(at + (sizes[turn % sizes.length] ?? 1), offset + length);
            pieces.push(file.slice(at, end));
            at = end;
          }
          const body = new ReadableStream<Uint8Array>({
            pull(controller) {
              const piece = pieces.shift();
              if (piece) controller.enqueue(piece);
              else controller.close();
            },
          });
          const seen = await new Response(body.pipeThrough(blankingFrom(offset, blanks))).arrayBuffer();
          expect(Buffer.from(seen).equals(whole.subarray(offset, offset + length))).toBe(true);
        },
      ),
    );
  });

  it('is read in spans without gaps, and what is far from anything hidden is passed by', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(200_000), fc.integer({ min: 5, max: 100_000 })), { maxLength: 6 }),
        fc.nat(500_000),
        fc.integer({ min: 1, max: 1_000_000 }),
        (gaps, offset, length) => {
          let end = 0;
          const blanks = gaps.map(([gap, size]): Blank => {
            const typeAt = end + gap;
            end = typeAt + 4 + size;
            return [typeAt, typeAt + 4, end];
          });
          let at = offset;
          for (const span of spansOf({ offset, length }, blanks)) {
            expect(span.offset).toBe(at);
            expect(span.length).toBeGreaterThan(0);
            at += span.length;
            const within = blanks.filter(([typeAt, , last]) => typeAt < at && last > span.offset);
            expect(span.blanks).toEqual(within);
            const hidden = within.reduce(
              (sum, [from, , to]) => sum + Math.min(to, at) - Math.max(from, span.offset),
              0,
            );
            if (within.length > 0) expect(span.length - hidden).toBeLessThanOrEqual((within.length + 1) * 65_536);
          }
          expect(at).toBe(offset + length);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
