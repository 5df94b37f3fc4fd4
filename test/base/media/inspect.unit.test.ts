import { describe, expect, it } from 'vitest';
import { cutOff, gif, gifThatIsHtml, html, jpeg, padded, pdf, png, svg, webp } from '#test/support/files';
import {
  apng,
  apngCutOff,
  gifOf,
  gifWithBlocks,
  gifWithoutTrailer,
  gifWithTail,
  heic,
  jpegWithDecoy,
  jpegWithFill,
  movieOf,
  movieWithoutBrand,
  pngWithTail,
  twoJpegs,
  webpExtended,
} from '#test/support/odd-files';
import { DOCUMENT_TYPES, IMAGE_TYPES, PICTURE_TYPES, TICKET_TYPES, VIDEO_TYPES } from '@/contracts/file-kinds';
import { inspectFile, inspectType } from '@/domains/base/media/inspect';

const none = new Uint8Array();

describe('an uploaded picture', () => {
  it.each([
    ['image/png', png()],
    ['image/jpeg', jpeg()],
    ['image/webp', webp()],
    ['image/gif', gif()],
  ])('is %s by its bytes', async (type, bytes) => {
    await expect(inspectFile(bytes, IMAGE_TYPES)).resolves.toBe(type);
  });

  it('may have what cameras append after its end', async () => {
    await expect(inspectFile(padded(jpeg(), 4_096), IMAGE_TYPES)).resolves.toBe('image/jpeg');
  });

  it.each([
    ['SVG', svg()],
    ['HTML', html()],
    ['a PDF', pdf()],
    ['noise', crypto.getRandomValues(new Uint8Array(64)).fill(7, 0, 16)],
  ])('is not %s', async (_, bytes) => {
    await expect(inspectFile(bytes, IMAGE_TYPES)).rejects.toMatchObject({ code: 'FILE_TYPE_NOT_ALLOWED', status: 415 });
  });

  it.each([
    ['empty', none],
    ['a PNG whose image is not complete', png().slice(0, -13)],
    ['a JPEG without its end', cutOff(jpeg())],
    ['a WebP without its end', cutOff(webp())],
    ['a GIF without its end', cutOff(gif())],
    ['a PNG of its header alone', png().slice(0, 33)],
    ['a PNG without pixels', png(0, 1)],
    ['a JPEG without pixels', jpeg(1, 0)],
    ['a GIF without pixels', gifOf([0, 0], [0, 0])],
    ['a HEIC picture without pixels', heic(0, 64)],
    ['a HEIC picture without its end', cutOff(heic())],
    ['a GIF whose image is not complete', gifWithoutTrailer().slice(0, -1)],
    ['a JPEG that ends in its header', jpegWithFill().slice(0, 100)],
  ])('is refused when it is %s', async (_, bytes) => {
    await expect(inspectFile(bytes, PICTURE_TYPES)).rejects.toMatchObject({ code: 'FILE_UNREADABLE', status: 422 });
  });

  it.each([
    ['a PNG of 12,000 × 8,333', png(12_000, 8_333)],
    ['a JPEG of 8,333 × 12,000', jpeg(8_333, 12_000)],
    ['a GIF of 10,000 × 10,000', gifOf([10_000, 10_000])],
    ['a WebP of 12,000 × 8,333', webpExtended(12_000, 8_333)],
    ['a HEIC picture of 10,000 × 10,000', heic(10_000, 10_000)],
  ])('may be as large as %s', async (_, bytes) => {
    await expect(inspectFile(bytes, PICTURE_TYPES)).resolves.toMatch(/^image/);
  });

  it.each([
    ['12,001 pixels wide', png(12_001, 1)],
    ['12,001 pixels high', jpeg(1, 12_001)],
    ['of 100,010,000 pixels', png(10_000, 10_001)],
    ['a PNG bomb', png(0x7fffffff, 0x7fffffff)],
    ['a JPEG of 65,535 × 65,535', jpeg(65_535, 65_535)],
    ['a GIF of 65,535 × 65,535', gifOf([65_535, 65_535])],
    ['a GIF whose image is larger than its screen', gifOf([1, 1], [65_535, 65_535])],
    ['a WebP of 16,777,216 × 2', webpExtended(0x1000000, 2)],
    ['a HEIC bomb', heic(0xffffffff, 0xffffffff)],
    ['an AVIF bomb', heic(30_000, 30_000, 'avif')],
    ['a bomb that is cut off too', cutOff(png(0x7fffffff, 0x7fffffff))],
  ])('is refused as too large when it is %s', async (_, bytes) => {
    const refused = inspectFile(bytes, PICTURE_TYPES);
    await expect(refused).rejects.toMatchObject({ code: 'FILE_TOO_LARGE', status: 413 });
    await expect(refused).rejects.toThrow('up to 12000 a side');
  });

  it.each([
    ['image/png', 'an animated PNG', apng()],
    ['image/png', 'a PNG with bytes behind its end', pngWithTail()],
    ['image/png', 'a PNG without its end', png().slice(0, -12)],
    ['image/png', 'a PNG that is cut off in its end', png().slice(0, -8)],
    ['image/png', 'an animated PNG that is cut off after its first image', apngCutOff()],
    ['image/gif', 'a GIF with bytes behind its trailer', gifWithTail()],
    ['image/gif', 'a GIF without a trailer', gifWithoutTrailer()],
    ['image/gif', 'a GIF with comments', gifWithBlocks()],
    ['image/gif', 'a GIF whose screen has no size', gifOf([0, 0])],
    ['image/jpeg', 'a JPEG with fill bytes', jpegWithFill()],
    ['image/jpeg', 'a JPEG with a single fill byte', jpegWithFill(1)],
    ['image/jpeg', 'two JPEGs in one file', twoJpegs()],
    ['image/jpeg', 'a JPEG with a frame in its comment', jpegWithDecoy()],
    ['image/webp', 'an extended WebP', webpExtended()],
    ['image/webp', 'an extended WebP with reserved bits', webpExtended(1, 1, 0xc1)],
    ['image/heic', 'a picture of an iPhone', heic()],
    ['image/heic', 'a burst of an iPhone', heic(64, 64, 'hevc')],
    ['image/heif', 'a picture by the general brand', heic(64, 64, 'mif1')],
    ['image/avif', 'AVIF', heic(64, 64, 'avif')],
    ['image/heic', 'HEIC that begins with another brand', heic(64, 64, 'MiHB')],
    ['image/heic', 'HEIC with bytes behind its end', padded(heic(), 450)],
  ])('is %s if it is %s', async (type, _, bytes) => {
    await expect(inspectFile(bytes, PICTURE_TYPES)).resolves.toBe(type);
  });

  it('of two natures is what it is served as', async () => {
    await expect(inspectFile(gifThatIsHtml(), IMAGE_TYPES)).resolves.toBe('image/gif');
  });
});

describe('an uploaded video', () => {
  it.each([
    ...[
      'isom',
      'iso5',
      'iso6',
      'mp41',
      'mp42',
      'avc1',
      'dash',
      'MSNV',
      'M4V ',
      'M4VH',
      'M4VP',
      '3gp4',
      '3gp5',
      '3g2a',
    ].map((brand) => ['video/mp4', brand] as const),
    ['video/quicktime', 'qt  '] as const,
  ])('is %s by the brand %s', async (type, brand) => {
    await expect(inspectType(movieOf(brand), VIDEO_TYPES)).resolves.toBe(type);
  });

  it.each(['wide', 'skip', 'pnot'])('is QuickTime without a brand, if it begins with %s', async (first) => {
    await expect(inspectType(movieWithoutBrand(first), VIDEO_TYPES)).resolves.toBe('video/quicktime');
  });

  it('is no picture of a phone', async () => {
    await expect(inspectType(heic(), VIDEO_TYPES)).rejects.toMatchObject({ code: 'FILE_TYPE_NOT_ALLOWED' });
  });
});

describe('an attached text', () => {
  const utf16 = (text: string, mark: number[]) => new Uint8Array([...mark, ...Buffer.from(text, 'utf16le')]);
  const inBigEndian = (bytes: Uint8Array) => new Uint8Array(Buffer.from(bytes).swap16());

  it.each([
    ['a signature of a picture', new TextEncoder().encode('BM is the short name of the ministry.')],
    ['a signature of a program', new TextEncoder().encode('MZ: the initials of a developer')],
    ['XML', new TextEncoder().encode('<?xml version="1.0"?><log/>')],
    ['the mark of Windows', utf16('C:\\log Grüße\r\n', [0xff, 0xfe])],
    ['the mark of UTF-16 in its other order', inBigEndian(utf16('größer', [0xff, 0xfe]))],
  ])('may begin with %s', async (_, bytes) => {
    await expect(inspectType(bytes, TICKET_TYPES)).resolves.toBe('text/plain');
  });

  it('is no noise behind the mark of Windows', async () => {
    const noise = new Uint8Array([0xff, 0xfe, 0, 0, 1, 0, 2, 0]);
    await expect(inspectType(noise, TICKET_TYPES)).rejects.toMatchObject({ code: 'FILE_TYPE_NOT_ALLOWED' });
  });
});

describe('an uploaded document', () => {
  it('may be a PDF and no GIF', async () => {
    await expect(inspectFile(pdf(), DOCUMENT_TYPES)).resolves.toBe('application/pdf');
    await expect(inspectFile(gif(), DOCUMENT_TYPES)).rejects.toMatchObject({ code: 'FILE_TYPE_NOT_ALLOWED' });
  });

  it('is refused without its end', async () => {
    await expect(inspectFile(cutOff(pdf()), DOCUMENT_TYPES)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
