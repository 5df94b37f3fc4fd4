/** Endpoints for staff in any room and session. */
import { z } from '@hono/zod-openapi';
import { NOT_MODERATED, roomError } from '@/domains/live/rooms/errors';
import { kickAsStaff } from '@/domains/live/rooms/moderation';
import { anId } from '@/domains/live/rooms/schemas';
import { streamError } from '@/domains/live/streams/errors';
import { Stream } from '@/domains/live/streams/schemas';
import { userRoomError } from '@/domains/live/user-rooms/errors';
import { Room } from '@/domains/live/user-rooms/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { staffError } from './errors';
import { cancelAnySession, editAnyRoom } from './rooms';
import { Cancellation, Kick, RoomEdit } from './schemas';

const ById = z.strictObject({ id: anId });

export const staffRoomEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'kickFromRoom',
    logs: 'room.kick',
    method: 'post',
    path: '/admin/room/{id}/kick',
    tag: 'admin',
    summary: 'Kick someone from any room',
    description: 'The person hears the reason, and can come back. Nobody can kick the host or staff of their own rank.',
    who: { permission: 'canKickUsers' },
    params: ById,
    body: Kick,
    response: Nothing,
    refusals: [...NOT_MODERATED, roomError.NOT_IN_YOUR_COUNTRY],
    handler: async (ctx, { actor, params, body }) => {
      await kickAsStaff(ctx, actor, params.id, body);
      return {};
    },
  }),
  endpoint({
    operationId: 'editRoom',
    logs: 'room.edit',
    method: 'put',
    path: '/admin/room/{id}',
    tag: 'admin',
    summary: 'Edit or close any room',
    description:
      "Takes the id of a stream or of a user's room, and answers with it. Fields that are left out stay the same. " +
      'You can only act on hosts below your rank and in your country.',
    who: { permission: 'canManageRooms' },
    params: ById,
    body: RoomEdit,
    response: z.union([Stream, Room]),
    refusals: [
      streamError.STREAM_NOT_FOUND,
      staffError.STAFF_OUT_OF_REACH,
      roomError.ROOM_CLOSED,
      userRoomError.ROOM_NOT_FOUND,
      userRoomError.ROOM_CHANGED,
      streamError.STREAM_STARTED,
      streamError.STREAM_ENDED,
      streamError.STREAM_CANCELLED,
      streamError.CHANGED_MEANWHILE,
      streamError.ALREADY_LIVE,
    ],
    handler: (ctx, { actor, params, body }) => editAnyRoom(ctx, actor, params.id, body),
  }),
  endpoint({
    operationId: 'cancelAnySession',
    logs: 'session.cancel',
    method: 'put',
    path: '/admin/session/{id}/cancel',
    tag: 'admin',
    summary: 'Cancel a scheduled session or end a live one',
    description: 'Idempotent. The host is notified with the reason.',
    who: { permission: 'canManageEvents' },
    params: ById,
    body: Cancellation,
    response: Stream,
    refusals: [
      streamError.STREAM_NOT_FOUND,
      staffError.STAFF_OUT_OF_REACH,
      streamError.CHANGED_MEANWHILE,
      streamError.ALREADY_LIVE,
      streamError.STREAM_NOT_LIVE,
    ],
    handler: (ctx, { actor, params, body }) => cancelAnySession(ctx, actor, params.id, body.reason),
  }),
];
