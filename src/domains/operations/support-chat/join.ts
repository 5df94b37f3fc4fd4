/** Enters the room of a support chat: answers a pass for it. The thread's user and staff who may answer them enter. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { RoomSetup } from '@/contracts/room-command';
import { commit } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { mayStay } from '@/domains/live/rooms/admission';
import { socketUrl } from '@/domains/live/rooms/join';
import { rememberRoom } from '@/domains/live/rooms/last-rooms';
import { PASS_SECONDS, signPass } from '@/domains/live/rooms/pass';
import { findSupportRelation } from '@/domains/live/rooms/relation';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { type Access, getThread } from './access';
import { supportChatError } from './errors';
import type { SupportJoined } from './schemas';

/** The entry of staff is logged. Throws THREAD_NOT_FOUND. */
export async function joinSupport(
  ctx: Context,
  actor: Actor,
  named: string | undefined,
): Promise<z.input<typeof SupportJoined>> {
  const relationTo = (threadId: string) => findSupportRelation(ctx, threadId, actor.userId);
  const [access, known] = await Promise.all([getThread(ctx, actor, named), named && relationTo(named)]);
  const { threadId, userId, side } = access;
  const [relation] = await Promise.all([known ?? relationTo(threadId), openRoom(ctx, access)]);
  if (!relation || mayStay({ kind: 'support' }, relation)) throw supportChatError('THREAD_NOT_FOUND');
  const [id, { sessionId }] = [newId(), actor];
  const entry = { id, staffId: actor.userId, action: 'support-chat.enter', targetType: 'support-thread' };
  if (side === 'staff') await commit(ctx, [logStaff(ctx, { ...entry, targetId: threadId, subjectId: userId })]);
  const pass = await signPass(ctx, threadId, relation.user, { id, sessionId });
  ctx.waitUntil(rememberRoom(ctx, actor.userId, threadId, sessionId, 'support'));
  return { threadId, pass, passSeconds: PASS_SECONDS, wsUrl: socketUrl(ctx, threadId, pass) };
}

/** Sets the room up unless it is: it deletes what it holds some time after it was left. */
async function openRoom(ctx: Context, { threadId, userId }: Access): Promise<void> {
  const room = ctx.rooms(threadId);
  if ((await room.viewerCount()) !== null) return;
  const setup: RoomSetup = {
    roomId: threadId,
    kind: 'support',
    creatorId: userId,
    status: 'live',
    title: '',
    visibility: 'private',
    policy: {
      chatEnabled: true,
      chatDelaySeconds: 0,
      followersOnly: false,
      subscribersOnly: false,
      slowModeSeconds: 0,
      blockedWords: [],
    },
    startedAt: null,
    endedAt: null,
  };
  await room.apply(newId(), { type: 'setup', at: ctx.now(), setup });
}
