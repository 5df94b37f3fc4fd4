/** Endpoints of rooms that users open for voice and cinema. */

import { roomError } from '@/domains/live/rooms/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { closeRoom } from './close';
import { userRoomError } from './errors';
import { joinUserRoom } from './join';
import { openRoom } from './open';
import { readRoom } from './read';
import { ById, JoinedRoom, NewRoom, Room } from './schemas';

const tag = 'rooms';
const NOT_HERE = [userRoomError.ROOM_NOT_FOUND, roomError.NOT_IN_YOUR_COUNTRY];
const NOT_HOST = [...NOT_HERE, userRoomError.HOST_ONLY];

export const userRoomEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'openRoom',
    method: 'post',
    path: '/rooms',
    tag,
    summary: 'Open a room of your own for voice and cinema',
    description:
      'You are its host. You can have three open rooms. A room without anyone for ten minutes closes itself.',
    who: 'user',
    body: NewRoom,
    response: Room,
    status: 201,
    refusals: [userRoomError.TOO_MANY_ROOMS],
    handler: (ctx, { actor, body }) => openRoom(ctx, actor, body),
  }),
  endpoint({
    operationId: 'readRoom',
    method: 'get',
    path: '/rooms/{id}',
    tag,
    summary: 'Read a room; a private one only as its host, co-host or member',
    who: 'optional',
    params: ById,
    response: Room,
    refusals: NOT_HERE,
    handler: (ctx, { actor, params }) => readRoom(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'joinRoom',
    method: 'post',
    path: '/rooms/{id}/join',
    tag,
    summary: 'Join: get a pass for the room, its WebSocket URL and a voice token',
    description:
      'The pass works once, within a minute. The token may publish only while you are on the stage. WebSocket, chat and ' +
      'moderation are those of `/stream/{id}/…`, which take the id of any room.',
    who: 'user',
    params: ById,
    response: JoinedRoom,
    refusals: [...NOT_HERE, roomError.BANNED, roomError.USERS_ONLY, roomError.ROOM_CLOSED],
    handler: (ctx, { actor, params, request }) =>
      joinUserRoom(ctx, actor, params.id, request.headers.get('cf-connecting-ip') ?? undefined),
  }),
  endpoint({
    operationId: 'closeRoom',
    method: 'post',
    path: '/rooms/{id}/close',
    tag,
    summary: 'Close your room for good; everyone leaves',
    who: 'user',
    params: ById,
    response: Room,
    refusals: NOT_HOST,
    handler: (ctx, { actor, params }) => closeRoom(ctx, actor, params.id),
  }),
];
