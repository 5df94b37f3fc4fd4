/** Small files of every kind that people upload, and the ways in which they are broken. */
import { crc32, deflateSync } from 'node:zlib';

const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const join = (...parts: (string | number[] | Uint8Array)[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)))); // Buffer.from takes each of them

/** As Config reads them. */
export const R2_KEYS = {
  R2_ACCOUNT_ID: '0123456789abcdef0123456789abcdef',
  R2_BUCKET: 'footlight-media',
  R2_ACCESS_KEY_ID: 'an-access-key',
  R2_SECRET_ACCESS_KEY: 'a-secret-access-key',
};

/** 1 × 1 pixel; another size is written over its header. */
export function png(width = 1, height = 1): Uint8Array {
  const bytes = fromBase64(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  );
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}

export function gif(): Uint8Array {
  return fromBase64('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7');
}

export function webp(): Uint8Array {
  return fromBase64('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA');
}

export function jpeg(width = 1, height = 1): Uint8Array {
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  return join(
    [0xff, 0xd8],
    [0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0],
    [0xff, 0xc0, 0, 11, 8, ...size, 1, 1, 0x11, 0],
    [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x2a],
    [0xff, 0xd9],
  );
}

/** 16 × 8 as the camera lay, 8 × 16 upright; in its EXIF the camera's make (`FootlightCam`) and a place in Paris. */
export function photo(): Uint8Array {
  return fromBase64(
    '/9j/4QFIRXhpZgAASUkqAAgAAAAIAA8BAgANAAAAfgAAABIBAwABAAAABgAAABoBBQABAAAAbgAAABsBBQABAAAAdgAAACgBAwAB' +
      'AAAAAgAAABMCAwABAAAAAQAAAGmHBAABAAAAjAAAACWIBAABAAAA2gAAAAAAAAA4YwAA6AMAADhjAADoAwAARm9vdGxpZ2h0Q2Ft' +
      'AAAGAACQBwAEAAAAMDIxMAGRBwAEAAAAAQIDAACgBwAEAAAAMDEwMAGgAwABAAAA//8AAAKgBAABAAAAEAAAAAOgBAABAAAACAAA' +
      'AAAAAAAEAAEAAgACAAAATgAAAAIABQADAAAAKAEAAAMAAgACAAAARQAAAAQABQADAAAAEAEAAAAAAAACAAAAAQAAABEAAAABAAAA' +
      'KAAAAAEAAAAwAAAAAQAAADMAAAABAAAAHgAAAAEAAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObD' +
      'oKrarYqMyP/L2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4' +
      '+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAAIABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAA' +
      'AAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAAAP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/ALgAf//Z',
  );
}

/** As far as anyone looks into it: its first box says what it is. */
export function mp4(length = 4_000): Uint8Array {
  return padded(join([0, 0, 0, 20], 'ftypisom', [0, 0, 2, 0], 'mp41', [0, 0, 0, 8], 'free'), length);
}

export function pdf(): Uint8Array {
  return join('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n');
}

export const svg = () => join('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
export const html = () => join('<!doctype html><script>alert(1)</script>');
/** A picture to one reader and a page to another: the page is the picture's comment. */
export function gifThatIsHtml(): Uint8Array {
  const page = '<script>alert(1)</script>';
  return join(gif().subarray(0, -1), [0x21, 0xfe, page.length], page, [0, 0x3b]);
}

/** A real one of that size, of one colour. */
export function picture(width: number, height: number, bitsOfGrey: 1 | 8 = 8): Uint8Array {
  const header = new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, bitsOfGrey, 0, 0, 0, 0]);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  const rows = deflateSync(new Uint8Array((Math.ceil((width * bitsOfGrey) / 8) + 1) * height));
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  return join(signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', new Uint8Array()));
}

/** 2,048 pixels wide, one high and 69 bytes large. */
export const strip = () => picture(2_048, 1, 1);

function chunk(name: string, data: Uint8Array): Uint8Array {
  const body = join(name, data);
  const frame = new DataView(new ArrayBuffer(8));
  frame.setUint32(0, data.length);
  frame.setUint32(4, crc32(body));
  return join(new Uint8Array(frame.buffer, 0, 4), body, new Uint8Array(frame.buffer, 4, 4));
}

export function cutOff(bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, -16);
}

/** As large as that, with the picture's own bytes in front. */
export function padded(bytes: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(length);
  whole.set(bytes);
  return whole;
}

export function form(field: string, bytes: Uint8Array, words: Record<string, string> = {}, name = 'file.bin') {
  const body = new FormData();
  body.set(field, new File([bytes as Uint8Array<ArrayBuffer>], name)); // made here, on a buffer of its own
  for (const [key, value] of Object.entries(words)) body.set(key, value);
  return body;
}
