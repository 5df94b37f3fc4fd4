/**
 * Writes a room's log to R2, one event a line, before the room's storage is deleted. The log is kept for good, so it
 * holds no text and no names. It is uploaded in parts to save memory; they appear only once all are there, so an
 * existing log is always complete.
 */
import type { Poll } from '@/contracts/poll';
import { toIso } from '@/shared/time';
import type { RoomStore } from './store';

const PAGE_EVENTS = 2_000;
/** R2 wants parts of the same size, except the last one, and of at least 5 MB. */
const PART_BYTES = 8 * 1_024 * 1_024;

/**
 * The fields kept of an event beside its number, time and type. None concerns a person; D1 has the gifts, for example.
 */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  'new-message': ['id', 'deleted'],
  'message-deleted': ['messageId'],
  'message-restored': ['messageId'],
  'stream-started': ['startedAt'],
  'stream-ended': ['endedAt'],
  'room-policy': ['policy'],
  'gift-sent': ['id', 'quantity', 'coins'],
  'now-playing': ['startedAt'],
  'product-sold': ['productId', 'quantity'],
  'user-timed-out': ['until'],
  'user-banned': ['messagesDeleted'],
  'sanction-ended': ['kind'],
  'room-closed': ['reason'],
};

function archiveKey(roomId: string): string {
  return `room-logs/${roomId}.ndjson`;
}

/** Does nothing if the room was already archived. */
export async function archiveRoom(files: R2Bucket, roomId: string, store: RoomStore): Promise<void> {
  const key = archiveKey(roomId);
  if (await files.head(key)) return;
  const upload = await files.createMultipartUpload(key, {
    httpMetadata: { contentType: 'application/x-ndjson' },
  });
  const parts: R2UploadedPart[] = [];
  const send = async (bytes: Uint8Array) => parts.push(await upload.uploadPart(parts.length + 1, bytes));
  const encoder = new TextEncoder();
  let waiting = new Uint8Array();
  for (let after = 0; ; ) {
    const events = store.eventPage(after, PAGE_EVENTS);
    const lines = events.map(({ seq, at, body }) => `${lineOf(seq, at, body)}\n`).join('');
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

function lineOf(seq: number, at: number, body: string): string {
  const event = JSON.parse(body) as { type: string } & Record<string, unknown>; // written by this room
  const kept = (KEPT[event.type] ?? []).map((name) => [name, event[name]]);
  const counted = event.type === 'poll-ended' ? countsOf(event.poll as Poll) : {}; // stored by `Polls`
  return JSON.stringify({ seq, at: toIso(at), type: event.type, ...Object.fromEntries(kept), ...counted });
}

/** The result of a poll, without what it was about. */
function countsOf({ id, options }: Poll) {
  return { pollId: id, votes: options.map(({ votes }) => votes) };
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.byteLength + second.byteLength);
  both.set(first);
  both.set(second, first.byteLength);
  return both;
}
