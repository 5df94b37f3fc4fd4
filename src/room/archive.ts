/**
 * Puts a room's log into R2, one event a line, and only then is its storage given up. Parts keep a long log out of
 * memory; the same key is written again if it is tried twice.
 */
import { withSeq } from './protocol';
import type { RoomStore } from './store';

const PAGE_EVENTS = 2_000;
/** R2 wants parts of one size, the last excepted, and at least 5 MB each. */
const PART_BYTES = 8 * 1_024 * 1_024;

export function archiveKey(roomId: string): string {
  return `rooms/${roomId}.ndjson`;
}

export async function archiveRoom(files: R2Bucket, roomId: string, store: RoomStore): Promise<void> {
  const upload = await files.createMultipartUpload(archiveKey(roomId), {
    httpMetadata: { contentType: 'application/x-ndjson' },
  });
  const parts: R2UploadedPart[] = [];
  const send = async (bytes: Uint8Array) => parts.push(await upload.uploadPart(parts.length + 1, bytes));
  const encoder = new TextEncoder();
  let waiting = new Uint8Array();
  for (let after = 0; ; ) {
    const events = store.eventPage(after, PAGE_EVENTS);
    const lines = events.map(({ seq, body }) => `${withSeq(body, seq)}\n`).join('');
    waiting = concat(waiting, encoder.encode(lines));
    while (waiting.byteLength >= PART_BYTES) {
      await send(waiting.slice(0, PART_BYTES));
      waiting = waiting.slice(PART_BYTES);
    }
    after = events.at(-1)?.seq ?? after;
    if (events.length < PAGE_EVENTS) break;
  }
  if (waiting.byteLength > 0 || parts.length === 0) await send(waiting);
  await upload.complete(parts);
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.byteLength + second.byteLength);
  both.set(first);
  both.set(second, first.byteLength);
  return both;
}
