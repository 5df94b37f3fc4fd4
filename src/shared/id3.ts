/** Tags that may stand before sound of any kind (https://id3.org/id3v2.4.0-structure, 3.1). */

export const ID3_HEADER_BYTES = 10;
const FOOTER_BYTES = 10;
const HAS_FOOTER = 0x10;

/** How long the tag at a file's beginning is, by its header. 0 if there is none. */
export function id3Bytes(start: Uint8Array): number {
  const [i, d, three, , , flags = 0, ...rest] = start.subarray(0, ID3_HEADER_BYTES);
  if (rest.length < 4 || i !== 0x49 || d !== 0x44 || three !== 0x33) return 0;
  // Seven bits of each byte.
  const length = rest.reduce((sum, byte) => sum * 128 + (byte & 127), 0);
  return ID3_HEADER_BYTES + length + (flags & HAS_FOOTER ? FOOTER_BYTES : 0);
}
