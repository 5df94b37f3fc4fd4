/**
 * Staff in any room: they edit or close it, and cancel any session. Reach is checked against the host. Every act that
 * changes something is logged, and the host hears why a stream was stopped.
 */

import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { noticeTo } from '@/contracts/notification-data';
import type { Plan } from '@/db/commit';
import { staffReaches } from '@/domains/base/permissions/reach';
import { type FoundStream, getAnyStream } from '@/domains/live/streams/find';
import { presentStream } from '@/domains/live/streams/present';
import type { Stream } from '@/domains/live/streams/schemas';
import { changeDetails } from '@/domains/live/streams/sessions';
import { stopStream } from '@/domains/live/streams/stop-stream';
import type { StreamRow } from '@/domains/live/streams/tables';
import { changeChannel, chatChanges } from '@/domains/live/studio/change-channel';
import { findAnyRoom } from '@/domains/live/user-rooms/as-staff';
import type { PresentedRoom } from '@/domains/live/user-rooms/present';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { staffError } from './errors';
import { logRoom } from './log-room';
import type { RoomEdit } from './schemas';
import { editUserRoom } from './user-rooms';

type Presented = z.input<typeof Stream>;

/** Idempotent. Throws STREAM_NOT_FOUND, STAFF_OUT_OF_REACH, CHANGED_MEANWHILE. */
export async function cancelAnySession(
  ctx: Context,
  actor: Actor,
  streamId: string,
  reason: string | undefined,
): Promise<Presented> {
  await getReached(ctx, actor, streamId);
  await stopStream(ctx, streamId, (stream) => stopped(ctx, actor, stream, reason));
  return presentStream(await getAnyStream(ctx, actor, streamId), actor);
}

/** Answers with what it is: a stream, or a user's room. Throws as `editStream` and `editUserRoom` do. */
export async function editAnyRoom(
  ctx: Context,
  actor: Actor,
  id: string,
  edit: z.output<typeof RoomEdit>,
): Promise<Presented | PresentedRoom> {
  const room = await findAnyRoom(ctx, id);
  return room ? editUserRoom(ctx, actor, room, edit) : editStream(ctx, actor, id, edit);
}

/**
 * Each part is a change of its own, so a repeat continues what failed halfway. Closing comes last. Throws as
 * `changeSession` and `cancelAnySession` do, and VALIDATION_FAILED.
 */
async function editStream(
  ctx: Context,
  actor: Actor,
  streamId: string,
  { chat, status, reason, topic, isPrivate, ...details }: z.output<typeof RoomEdit>,
): Promise<Presented> {
  if (topic !== undefined || isPrivate !== undefined)
    throw invalid(topic === undefined ? 'isPrivate' : 'topic', "is only for users' rooms");
  const found = await getReached(ctx, actor, streamId);
  let presented = presentStream(found, actor);
  if (Object.keys(details).length > 0) {
    const log = (before: StreamRow): Plan => ({
      statements: logRoom(ctx, actor, before, {
        action: 'room.edit',
        before: fieldsOf(before, details),
        after: details,
        reason,
      }),
      events: [],
    });
    presented = await changeDetails(ctx, actor, () => getAnyStream(ctx, actor, streamId), details, log);
  }
  if (chat) {
    const changes = chatChanges(chat);
    const before = fieldsOf(found.channel, changes);
    const log = logRoom(ctx, actor, found.stream, { action: 'room.chat', before, after: changes, reason });
    await changeChannel(ctx, found.stream.creatorId, { channel: changes, alongside: log });
  }
  return status === 'closed' ? cancelAnySession(ctx, actor, streamId, reason) : presented;
}

/** Throws STREAM_NOT_FOUND, STAFF_OUT_OF_REACH. */
async function getReached(ctx: Context, actor: Actor, streamId: string): Promise<FoundStream> {
  const found = await getAnyStream(ctx, actor, streamId);
  if (!(await staffReaches(ctx, actor, found.stream.creatorId))) throw staffError('STAFF_OUT_OF_REACH');
  return found;
}

function stopped(ctx: Context, actor: Actor, stream: StreamRow, reason: string | undefined): Plan {
  const isLive = stream.status === 'live';
  const after = { status: isLive ? 'ended' : 'cancelled' };
  const action = { action: 'session.cancel', before: { status: stream.status }, after, reason };
  const { id: streamId, title } = stream;
  const event = isLive ? 'ended' : 'cancelled';
  const told = { streamId, event, what: title, ...(reason ? { reason } : {}) } as const;
  return {
    statements: logRoom(ctx, actor, stream, action),
    events: [noticeTo(stream.creatorId, 'stream-stopped', told)],
  };
}

/** The fields of the row that the changes name. */
function fieldsOf(row: object, changes: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name in changes));
}
