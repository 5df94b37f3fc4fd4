/** The frames that MP3 is made of (ISO/IEC 11172-3, 2.4.1.3). They say how long they are, and stand one behind the other. */

/** A frame of MP3 or of another format like it. */
export interface Frame {
  readonly bytes: number;
  readonly seconds: number;
}

/** Layer III: thousands of bits a second, by the index in the header. */
const BITRATES = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const BITRATES_OF_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const MPEG_RATES = [44_100, 48_000, 32_000];

/** ISO/IEC 11172-3, 2.4.1.3; and its halves and quarters in MPEG-2 and 2.5. */
export function mp3Frame(bytes: Uint8Array, at: number): Frame | undefined {
  const second = bytes[at + 1] ?? 0;
  if (bytes[at] !== 0xff || (second & 0xe6) !== 0xe2) return undefined; // in step, and Layer III
  const third = bytes[at + 2] ?? 0;
  const version = (second >> 3) & 3; // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const rate = (MPEG_RATES[(third >> 2) & 3] ?? 0) / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const bitrate = ((version === 3 ? BITRATES : BITRATES_OF_2)[third >> 4] ?? 0) * 1_000;
  if (version === 1 || rate === 0 || bitrate === 0) return undefined;
  const samples = version === 3 ? 1_152 : 576;
  return { bytes: Math.floor((samples / 8) * (bitrate / rate)) + ((third >> 1) & 1), seconds: samples / rate };
}

/** Chance hardly leads from one frame to so many others. */
const FRAMES_IN_A_ROW = 3;

/**
 * Whether sound begins somewhere in these bytes, behind what players pass over: zeros where a tag was removed, or the rest
 * of a frame that was cut.
 */
export function beginsWithMp3(start: Uint8Array): boolean {
  for (let at = start.indexOf(0xff); at >= 0; at = start.indexOf(0xff, at + 1)) if (leadsOn(start, at)) return true;
  return false;
}

function leadsOn(bytes: Uint8Array, from: number): boolean {
  let at = from;
  for (let count = 0; count < FRAMES_IN_A_ROW; count += 1) {
    const frame = mp3Frame(bytes, at);
    if (!frame) return false;
    at += frame.bytes;
  }
  return true;
}
