/** Pins a message or an announcement in a room, and takes it down. What staff do is logged. */

import type { z } from '@hono/zod-openapi';
import type { PinnedMessage, Pin as RoomPin, ToPin } from '@/contracts/chat-message';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import type { Actor } from '@/shared/actor';
import { presentParts } from './chat';
import { type InCharge, requireInCharge, requireOpen } from './in-charge';
import type { Pin } from './pin-schemas';
import { refusalOf } from './refusal';

type PresentedPin = z.input<typeof Pin>;

/** Idempotent: a repeat tells nobody. Throws MESSAGE_NOT_FOUND and what `requireInCharge` and `requireOpen` throw. */
export async function pin(ctx: Context, actor: Actor, roomId: string, what: ToPin): Promise<PresentedPin> {
  const inCharge = await requireInCharge(ctx, actor, roomId);
  requireOpen(inCharge.door);
  const answer = await ctx.rooms(roomId).pin(inCharge.user, what);
  if (!answer.ok) throw refusalOf(answer);
  if (answer.isNew) await logIfStaff(ctx, inCharge, 'room.pin', what);
  return presentPin(answer.pin);
}

/** Idempotent. */
export async function unpin(ctx: Context, actor: Actor, roomId: string): Promise<void> {
  const inCharge = await requireInCharge(ctx, actor, roomId);
  requireOpen(inCharge.door);
  if (await ctx.rooms(roomId).unpin()) await logIfStaff(ctx, inCharge, 'room.unpin', {});
}

async function logIfStaff(ctx: Context, { door, user, right }: InCharge, action: string, after: object): Promise<void> {
  if (right !== 'staff') return;
  const target = { targetType: 'stream', targetId: door.roomId, subjectId: door.hostId };
  await commit(ctx, [logStaff(ctx, { staffId: user.id, action, ...target, after })]);
}

function presentPin({ message, announcement, ...pin }: RoomPin): PresentedPin {
  return {
    ...pin,
    ...(message ? { message: presentPinned(message) } : {}),
    ...(announcement ? { announcement: { ...announcement, badges: [...announcement.badges] } } : {}),
  };
}

function presentPinned({ badges, mentions, emotes, ...said }: PinnedMessage): PresentedPin['message'] {
  return { ...said, ...presentParts({ badges, mentions, emotes }) };
}
