/**
 * The frames of a room's socket. Inbound: one JSON object a frame. Outbound: a JSON array of events, durable ones with
 * the room's `seq`, and answers to the client's own frames. `readFrame` rejects everything malformed.
 */
import { z } from '@hono/zod-openapi';
import { cut } from '@/shared/text';
import { toIso } from '@/shared/time';
import { messageFor, wordIssue } from '@/shared/wording';
import type { ChatMessage, HeldDecision } from './chat-message';
import { HELD_ACTIONS, type HeldReason } from './chat-rules';
import { POLL_OPTIONS } from './poll';
import type { EventBody } from './room-events/events';
import type { RoomRefusalCode } from './room-events/refusals';
import type { YouShape } from './room-events/session';
import { REACTION_KINDS } from './room-figures';
import { meantScreening, PLAYER_STATES, sync } from './screening';

export const FRAME_BYTES_MAX = 4 * 1_024;
/** The message names unknown fields, which may be long. */
const COMPLAINT_CHARACTERS_MAX = 300;
/** This many malformed frames in a row close the socket. */
export const MALFORMED_FRAMES_MAX = 10;

/**
 * The platform answers this text itself, without waking the room. Clients send it every 30 seconds. A ping with an id
 * wakes the room and returns a new resume pass: every 20 minutes is enough.
 */
export const PING_FRAME = '{"type":"ping"}';
export const PONG_FRAME = '[{"type":"pong"}]';

/**
 * Why a socket closes: the close code, and a reason for clients to switch on. After 1001 and 1013 a client reconnects
 * automatically.
 */
export const CLOSE = {
  left: [1000, 'LEFT'],
  silent: [1001, 'SILENT'],
  malformed: [1008, 'MALFORMED_FRAMES'],
  tooSlow: [1013, 'TOO_SLOW'],
  passInvalid: [4401, 'PASS_INVALID'],
  sessionEnded: [4401, 'SESSION_ENDED'],
  banned: [4403, 'BANNED'],
  kicked: [4403, 'KICKED'],
  addressBanned: [4403, 'ADDRESS_BANNED'],
  notHere: [4403, 'NOT_IN_YOUR_COUNTRY'],
  followersOnly: [4403, 'FOLLOWERS_ONLY'],
  subscribersOnly: [4403, 'SUBSCRIBERS_ONLY'],
  usersOnly: [4401, 'USERS_ONLY'],
  notVisible: [4404, 'STREAM_NOT_FOUND'],
  closed: [4404, 'ROOM_CLOSED'],
  tooMany: [4429, 'TOO_MANY_SOCKETS'],
  addressLimit: [4430, 'ADDRESS_LIMIT'],
  roomFull: [4431, 'ROOM_FULL'],
  tooManyRooms: [4429, 'TOO_MANY_ROOMS'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;
export type CloseReason = keyof typeof CLOSE;

const id = z.uuid();
export const Frame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('join-session'), id: id.optional() }),
  z.strictObject({ type: z.literal('leave-session'), id: id.optional() }),
  z.strictObject({ type: z.literal('send-message'), id, text: z.string(), replyTo: id.toLowerCase().optional() }),
  z.strictObject({ type: z.literal('send-reaction'), id: id.optional(), reaction: z.enum(REACTION_KINDS) }),
  z.strictObject({ type: z.literal('product-click'), id: id.optional(), productId: id.toLowerCase() }),
  z.strictObject({
    type: z.literal('vote'),
    id: id.optional(),
    pollId: id.toLowerCase(),
    option: z
      .int()
      .min(0)
      .max(POLL_OPTIONS.max - 1),
  }),
  z.strictObject({ type: z.literal('ping'), id: id.optional() }),
  // From those who moderate.
  z.strictObject({
    type: z.literal('resolve-held'),
    id: id.optional(),
    messageId: id.toLowerCase(),
    action: z.enum(HELD_ACTIONS),
  }),
  // In rooms with a screening.
  z.strictObject({ type: z.literal('cinema-sync'), id: id.optional(), ...sync }),
  z.strictObject({
    type: z.literal('cinema-state'),
    id: id.optional(),
    state: z.enum(PLAYER_STATES),
    screeningId: meantScreening,
  }),
  // In support rooms.
  z.strictObject({ type: z.literal('typing'), id: id.optional() }),
  z.strictObject({ type: z.literal('read'), id: id.optional(), messageId: id.toLowerCase() }),
]);
export type Frame = z.infer<typeof Frame>;

/** The client's own id of a message: in capitals it is the same one. The answer repeats it as the client wrote it. */
export function clientIdOf({ id }: Frame & { type: 'send-message' }): string {
  return id.toLowerCase();
}

export interface MalformedFrame {
  readonly type: 'malformed';
  readonly message: string;
  /** The frame's own id, if it could be read. */
  readonly id?: string;
}

const WithId = z.object({ id });
const encoder = new TextEncoder();

export function readFrame(data: string | ArrayBuffer): Frame | MalformedFrame {
  if (typeof data !== 'string') return { type: 'malformed', message: 'A frame is text.' };
  // A character takes at most three bytes, so most frames need no counting.
  if (data.length * 3 > FRAME_BYTES_MAX && encoder.encode(data).byteLength > FRAME_BYTES_MAX)
    return { type: 'malformed', message: `A frame has at most ${FRAME_BYTES_MAX} bytes.` };
  const json = parseJson(data);
  const frame = Frame.safeParse(json, { error: wordIssue });
  if (frame.success) return frame.data;
  const [issue] = frame.error.issues;
  return {
    type: 'malformed',
    message: cut(
      `${issue?.path.join('.') || 'frame'}: ${issue ? messageFor(json, issue) : 'not understood'}`,
      COMPLAINT_CHARACTERS_MAX,
    ),
    id: WithId.safeParse(json).data?.id,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A chat message as sent: the event without its seq. */
export type NewMessage = EventBody<'new-message'>;

/** The same as stored: an answer only names the message that it answers, so that it shows it as it is by then. */
interface StoredMessage extends Omit<NewMessage, 'replyTo' | 'clientId'> {
  readonly replyToId?: string | undefined;
}

/** Frames for one socket only: answers to its own frames. */
export type Answer =
  /** `messageId`: the message's own id, if the frame was one. `held`: why it waits, and has no `seq` yet. */
  | {
      readonly type: 'ack';
      readonly id: string;
      readonly seq?: number;
      readonly messageId?: string;
      readonly held?: HeldReason;
    }
  /** To a ping with an id. `serverTime` (ISO 8601): when the room answered, by which a client measures its clock. */
  | { readonly type: 'ack'; readonly id: string; readonly serverTime: string; readonly resumePass: string }
  | { readonly type: 'pong' }
  | {
      readonly type: 'error';
      readonly id?: string;
      readonly code: RoomRefusalCode | 'FRAME_INVALID';
      readonly message: string;
      readonly retryAfterMs?: number;
      readonly reason?: string | null;
      readonly decided?: Pick<HeldDecision, 'action' | 'by'>;
    };

/** The viewer's own relation to the room, and the restrictions that apply to them. */
export type You = z.input<typeof YouShape>;

/** A socket's first event. `seq` is that of the room's last event, so the next one is `seq + 1`. */
export type Welcome = EventBody<'welcome'>;

/** Sent to every socket that can keep up. Never stored. */
export type Passing = EventBody<'new-reaction' | 'viewer-count' | 'product-stock' | 'poll-updated'>;

/** Pieces of a product of the stream; with `variantId`, of that variant alone. At most once a second. */
export type ProductStock = EventBody<'product-stock'>;

/**
 * The stream's figures, while it is live, for the sockets of its creator alone: those of `GET /sessions/:id/analytics`
 * that the room knows. Never stored, and without a seq.
 */
export type AnalyticsEvent = EventBody<'analytics'>;

/** @param seq null if the frame has none, or its message waits, as `held` says */
export function ackOf(
  frameId: string,
  seq: number | null,
  { messageId, held }: { readonly messageId?: string | undefined; readonly held?: HeldReason | undefined } = {},
): Answer {
  return {
    ...{ type: 'ack', id: frameId },
    ...(seq === null ? {} : { seq }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(held === undefined ? {} : { held }),
  };
}

/** Prefixes a stored event's JSON body with its seq, so that no event is serialised twice. */
export function withSeq(body: string, seq: number): string {
  return `{"seq":${seq},${body.slice(1)}`;
}

/** The body for the author's own sockets. */
export function withClientId(body: string, clientId: string): string {
  return `${body.slice(0, -1)},"clientId":${JSON.stringify(clientId)}}`;
}

export function bodyOfMessage({ seq: _seq, held: _held, at, replyTo, ...message }: ChatMessage): string {
  const answered = replyTo && { replyToId: replyTo.id };
  return JSON.stringify({ type: 'new-message', ...message, ...answered, at: toIso(at) } satisfies StoredMessage);
}

export function messageOfBody(body: string, seq: number | null): ChatMessage {
  const { type: _type, replyToId: _id, at, ...message } = JSON.parse(body) as StoredMessage; // written by bodyOfMessage
  return { ...message, seq, at: Date.parse(at) };
}
