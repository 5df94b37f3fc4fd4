/**
 * Chat over HTTP, with the same door and policy as the socket. History comes from the room and is cached if the room is
 * public; each reader's blocks are applied after the cache.
 */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { ChatMessage as RoomMessage } from '@/contracts/chat-message';
import type { Context } from '@/contracts/context';
import { removeAsStaff } from '@/domains/base/decisions/direct-removal';
import { isRemovedByDecision } from '@/domains/base/decisions/on-target';
import { staffCan } from '@/domains/base/permissions/permissions';
import { staffReaches } from '@/domains/base/permissions/reach';
import { blockedAmong } from '@/domains/base/visibility/people';
import { encodeCursor } from '@/http/envelope';
import type { Actor, Viewer } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { toIso } from '@/shared/time';
import { admit, admitToRead } from './admit';
import type { ChatMessage } from './chat-schemas';
import { roomError } from './errors';
import { decideAsStaff } from './held-as-staff';
import { refusalOf } from './refusal';

type PresentedMessage = z.input<typeof ChatMessage>;

/** @param clientId the client's own id for the message; a repeat returns the same message */
export async function sendChat(
  ctx: Context,
  actor: Actor,
  roomId: string,
  { id: clientId = newId(), text, replyTo }: { id?: string | undefined; text: string; replyTo?: string | undefined },
): Promise<PresentedMessage> {
  const { relation } = await admit(ctx, { id: roomId }, actor);
  if (!relation) throw roomError('STREAM_NOT_FOUND');
  const answer = await ctx.rooms(roomId).say(relation.user, { clientId, text, replyTo });
  if (!answer.ok) throw refusalOf(answer);
  return presentMessage(answer.message);
}

interface Deletion {
  readonly roomId: string;
  readonly messageId: string;
  /** Whether the actor is the host or a moderator. */
  readonly inCharge: boolean;
}

/**
 * For the author, the host and moderators, who delete the text for good, and for staff, who decide with it: the room keeps
 * the text, in case of an appeal. Throws MESSAGE_NOT_FOUND, NOT_ALLOWED, OUT_OF_YOUR_REACH.
 */
export async function deleteMessage(
  ctx: Context,
  actor: Actor,
  { roomId, messageId, inCharge }: Deletion,
): Promise<void> {
  const room = ctx.rooms(roomId);
  const answer = await room.deleteMessage(messageId, actor.userId, inCharge);
  if (answer.ok) return;
  if (answer.code !== 'NOT_ALLOWED' || !staffCan(actor.staff, 'canDeleteMessages')) throw refusalOf(answer);
  const said = await room.saidAround(messageId, 0);
  if (!said?.message) {
    // It waits, so that nobody but moderators sees it, or is gone.
    const dropped = await decideAsStaff(ctx, actor, { room, roomId, messageId, action: 'drop' });
    if (dropped === 'OUT_OF_YOUR_REACH') throw roomError(dropped);
    return;
  }
  const { userId: subjectId, text } = said.message;
  if (!(await staffReaches(ctx, actor, subjectId))) throw roomError('OUT_OF_YOUR_REACH');
  const target = { type: 'message', id: messageId, streamId: roomId } as const;
  await removeAsStaff(ctx, {
    ...{ staffId: actor.userId, subjectId, target, text },
    log: { action: 'chat-message.delete', targetType: 'chat-message', after: { streamId: roomId } },
    isThere: sql`NOT ${isRemovedByDecision(target)}`,
    events: [{ kind: 'room', roomId, command: { type: 'withhold', id: messageId, withheld: true } }],
  });
}

// --- History

export const CHAT_CURSOR = 'chat';
/** The newest page changes with every message; an older one only when a message in it is deleted. */
const NEWEST_PAGE_SECONDS = 1;
const OLDER_PAGE_SECONDS = 60;

export interface ChatPage {
  readonly data: { items: PresentedMessage[]; pagination: { nextCursor: string | null; perPage: number } };
  readonly cacheControl: string;
}

/**
 * Newest first. A page may be short because of blocks and still have a next one. @param before a seq, from the cursor
 */
export async function readChat(
  ctx: Context,
  viewer: Viewer,
  roomId: string,
  before: number | null,
  perPage: number,
): Promise<ChatPage> {
  const { door } = await admitToRead(ctx, { id: roomId }, viewer);
  const seconds = before === null ? NEWEST_PAGE_SECONDS : OLDER_PAGE_SECONDS;
  const read = () => readPage(ctx, roomId, before, perPage);
  const key = new URL(`/cache/chat/${roomId}?before=${before ?? ''}&perPage=${perPage}`, ctx.config.publicUrl);
  const isPublic = door.visibility === 'public';
  const page = isPublic ? await cached(ctx, key.href, seconds, read) : await read();
  const data = await withoutBlocked(ctx, viewer, page);
  // A new block applies at once, even to older pages that a browser has cached.
  if (!isPublic || viewer?.kind === 'user') return { data, cacheControl: 'private, no-cache' };
  // A guest's country may be refused, so only the page behind that check is shared.
  const scope = door.hidesSomewhere ? 'private' : 'public';
  return { data, cacheControl: `${scope}, max-age=${seconds}` };
}

async function withoutBlocked(ctx: Context, viewer: Viewer, page: ChatPage['data']): Promise<ChatPage['data']> {
  const authorIds = page.items.flatMap(({ userId, replyTo }) => (replyTo ? [userId, replyTo.userId] : [userId]));
  const among = blockedAmong(viewer, authorIds);
  if (!among) return page;
  const rows = await ctx.db.all<{ id: string }>(among);
  const blocked = new Set(rows.map(({ id }) => id));
  const shown = page.items.filter(({ userId }) => !blocked.has(userId));
  return { ...page, items: shown.map((item) => withoutReplyTo(item, blocked)) };
}

/** What someone said does not come across a block in another's answer to it. */
function withoutReplyTo(item: PresentedMessage, blocked: ReadonlySet<string>): PresentedMessage {
  const { replyTo, ...message } = item;
  return replyTo && blocked.has(replyTo.userId) ? message : item;
}

async function readPage(ctx: Context, roomId: string, before: number | null, perPage: number) {
  const { messages, nextBefore } = await ctx.rooms(roomId).history(before, perPage);
  const nextCursor = nextBefore === null ? null : encodeCursor(CHAT_CURSOR, [nextBefore]);
  return { items: messages.map(presentMessage), pagination: { nextCursor, perPage } };
}

/** Cached by room and cursor, so each data centre asks the object once per period, whatever the number of readers. */
async function cached<T>(ctx: Context, key: string, seconds: number, read: () => Promise<T>): Promise<T> {
  const hit = await caches.default.match(key);
  if (hit) return (await hit.json()) as T; // stored below
  const data = await read();
  const copy = Response.json(data, { headers: { 'Cache-Control': `public, max-age=${seconds}` } });
  ctx.waitUntil(caches.default.put(key, copy));
  return data;
}

export function presentMessage(message: RoomMessage): PresentedMessage {
  const { badges, mentions, emotes, at, ...said } = message;
  return { ...said, ...presentParts({ badges, mentions, emotes }), at: toIso(at) };
}

/** The lists in a message. */
export function presentParts({
  badges,
  mentions,
  emotes,
}: Pick<RoomMessage, 'badges'> & { [List in 'mentions' | 'emotes']: RoomMessage[List] | undefined }) {
  return {
    badges: [...badges],
    ...(mentions ? { mentions: [...mentions] } : {}),
    ...(emotes ? { emotes: [...emotes] } : {}),
  };
}
