import { describe, expect, it } from 'vitest';
import { cutOff, gif, gifThatIsHtml, html, jpeg, padded, pdf, png, svg, webp } from '#test/support/files';
import { DOCUMENT_TYPES, IMAGE_TYPES } from '@/contracts/file-kinds';
import { inspectFile } from '@/domains/base/media/inspect';

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
    ['a PNG without its end', cutOff(png())],
    ['a JPEG without its end', cutOff(jpeg())],
    ['a WebP without its end', cutOff(webp())],
    ['a GIF without its end', cutOff(gif())],
    ['a PNG of its header alone', png().slice(0, 33)],
    ['8,193 pixels wide', png(8_193, 1)],
    ['of 64 million pixels', png(8_000, 8_000)],
    ['a bomb', png(0x7fffffff, 0x7fffffff)],
    ['without pixels', png(0, 1)],
    ['a JPEG of 65,535 × 65,535', jpeg(65_535, 65_535)],
  ])('is refused when it is %s', async (_, bytes) => {
    await expect(inspectFile(bytes, IMAGE_TYPES)).rejects.toMatchObject({ code: 'FILE_UNREADABLE', status: 422 });
  });

  it('of two natures is what it is served as', async () => {
    await expect(inspectFile(gifThatIsHtml(), IMAGE_TYPES)).resolves.toBe('image/gif');
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
