/** Generates pictures of an evening sky with a light, so that the repository needs no image files. */
import { crc32, deflateSync } from 'node:zlib';

type Colour = readonly [red: number, green: number, blue: number];

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly above: Colour;
  readonly below: Colour;
  /** The light's position, as a share of the width. */
  readonly lightAt: number;
}

const LIGHT: Colour = [255, 236, 200];
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** PNG header fields: eight bits per sample, RGB, standard compression and filters, not interlaced. */
const RGB = [8, 2, 0, 0, 0];

/** Returns the picture as a PNG. */
export function paint({ width, height, above, below, lightAt }: Picture): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array((width * 3 + 1) * height); // each row begins with its filter: none
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const sky = blend(above, below, y / height);
      const distance = Math.hypot(x - lightAt * width, y - height / 2) / height;
      rows.set(blend(sky, LIGHT, Math.max(0, 1 - 2 * distance)), (width * 3 + 1) * y + 1 + 3 * x);
    }
  const header = Buffer.alloc(8);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const parts = [chunk('IHDR', Buffer.from([...header, ...RGB])), chunk('IDAT', deflateSync(rows)), chunk('IEND')];
  return new Uint8Array(Buffer.concat([SIGNATURE, ...parts]));
}

function blend(from: Colour, to: Colour, share: number): Colour {
  const [red, green, blue] = from;
  return [red + (to[0] - red) * share, green + (to[1] - green) * share, blue + (to[2] - blue) * share];
}

function chunk(name: string, data: Uint8Array = new Uint8Array()): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
