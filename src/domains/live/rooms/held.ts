/** Messages that wait for a moderator, over HTTP: for the host, moderators and staff. */
import type { z } from '@hono/zod-openapi';
import type { HeldMessage } from '@/contracts/chat-message';
import type { HeldAction } from '@/contracts/chat-rules';
import type { Context } from '@/contracts/context';
import { encodeCursor } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { toIso, toIsoOrNull } from '@/shared/time';
import { presentMessage } from './chat';
import { roomError } from './errors';
import { decideAsStaff } from './held-as-staff';
import { heldRight } from './held-rules';
import type { HeldDecision, HeldPage } from './held-schemas';
import { moderatingParty } from './moderation';
import { refusalOf } from './refusal';

export const HELD_CURSOR = 'held';

/** @param after the position in the cursor: a time (ms) and the message's id. Throws NOT_MODERATOR, STREAM_NOT_FOUND. */
export async function listHeld(
  ctx: Context,
  actor: Actor,
  roomId: string,
  { after, perPage }: { after: readonly [number, string] | null; perPage: number },
): Promise<z.input<typeof HeldPage>> {
  const { party } = await moderatingParty(ctx, actor, roomId);
  if (!heldRight(party)) throw roomError('NOT_MODERATOR');
  const from = after && { at: after[0], id: after[1] };
  const messages = await ctx.rooms(roomId).heldMessages(from, perPage + 1);
  const page = messages.slice(0, perPage);
  const last = page.at(-1);
  const nextCursor = last && messages.length > perPage ? encodeCursor(HELD_CURSOR, [last.at, last.id]) : null;
  return { items: page.map(presentHeld), pagination: { nextCursor, perPage } };
}

/** Idempotent. Throws NOT_MODERATOR, STREAM_NOT_FOUND, MESSAGE_NOT_FOUND, HELD_DECIDED, OUT_OF_YOUR_REACH. */
export async function resolveHeld(
  ctx: Context,
  actor: Actor,
  roomId: string,
  { messageId, action }: { readonly messageId: string; readonly action: HeldAction },
): Promise<z.input<typeof HeldDecision>> {
  const { party } = await moderatingParty(ctx, actor, roomId);
  const right = heldRight(party);
  if (!right) throw roomError('NOT_MODERATOR');
  const room = ctx.rooms(roomId);
  const answer =
    right === 'staff'
      ? await decideAsStaff(ctx, actor, { room, roomId, messageId, action })
      : await room.resolveHeld(messageId, action, actor.userId);
  if (typeof answer === 'string') throw roomError(answer);
  if (!answer.ok) throw refusalOf(answer);
  const { by, at, seq } = answer;
  return { messageId, action, by, at: toIso(at), seq };
}

function presentHeld({ reason, releaseAt, ...message }: HeldMessage): z.input<typeof HeldPage>['items'][number] {
  return { ...presentMessage(message), reason, releaseAt: toIsoOrNull(releaseAt) };
}
