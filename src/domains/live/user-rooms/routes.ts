/** Endpoints of rooms that users open for voice and cinema. */

import { roomError } from '@/domains/live/rooms/errors';
import { screeningError } from '@/domains/live/screenings/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { changeRoom } from './change';
import { closeRoom } from './close';
import { userRoomError } from './errors';
import { handOver } from './hand-over';
import { joinUserRoom, leaveUserRoom } from './join';
import { listMyRooms, listRooms } from './list';
import { addMember, removeMember } from './members';
import { openRoom } from './open';
import { readRoom } from './read';
import { inviteToStage, runStage } from './run-stage';
import {
  ById,
  ByIdAndUser,
  JoinedRoom,
  MyRooms,
  MyRoomsQuery,
  NamedUser,
  NewRoom,
  Room,
  RoomChanges,
  RoomList,
  RoomListQuery,
  StageDecision,
  StageRequest,
} from './schemas';
import { actOnStage } from './stage';

const tag = 'rooms';
const NOT_HERE = [userRoomError.ROOM_NOT_FOUND, roomError.NOT_IN_YOUR_COUNTRY];
const NOT_HOST = [...NOT_HERE, userRoomError.HOST_ONLY];
const NOT_CHANGED = [...NOT_HOST, userRoomError.HOST_NOT_ACTIVE, roomError.ROOM_CLOSED, userRoomError.ROOM_CHANGED];
const NOT_NAMED = [userRoomError.USER_NOT_FOUND, userRoomError.BANNED_FROM_ROOM];
const NOT_TO_ACT = [...NOT_HERE, roomError.BANNED, roomError.USERS_ONLY, roomError.ROOM_CLOSED];
/** Refusals of everything that may bring someone on the stage. */
const NOT_ON_STAGE = [...NOT_NAMED, userRoomError.NOT_IN_ROOM, userRoomError.STAGE_FULL, userRoomError.ROOM_CHANGED];

const roomEndpoints: Endpoint[] = [
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
    refusals: [userRoomError.TOO_MANY_ROOMS, userRoomError.HOST_NOT_ACTIVE],
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
    handler: (ctx, { actor, params }) => readRoom(ctx, actor, params.id, { withMembers: true }),
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
    description: 'For the host, and for the user who opened the room.',
    who: 'user',
    params: ById,
    response: Room,
    refusals: [...NOT_HOST, userRoomError.ROOM_CHANGED],
    handler: (ctx, { actor, params }) => closeRoom(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'listRooms',
    method: 'get',
    path: '/rooms',
    tag,
    summary: 'List open rooms by words, topic and language, the fullest first',
    description: 'Leaves out private rooms. `q` finds words in the title or the topic.',
    who: 'optional',
    query: RoomListQuery,
    response: RoomList,
    refusals: [],
    handler: (ctx, { actor, query }) => listRooms(ctx, actor, query),
  }),
  endpoint({
    operationId: 'listMyRooms',
    method: 'get',
    path: '/rooms/mine',
    tag,
    summary: 'List rooms that I opened, and open ones of which I am host, co-host or member',
    who: 'user',
    query: MyRoomsQuery,
    response: MyRooms,
    refusals: [],
    handler: (ctx, { actor, query }) => listMyRooms(ctx, actor, query),
  }),
  endpoint({
    operationId: 'changeRoom',
    method: 'put',
    path: '/rooms/{id}',
    tag,
    summary: 'Change your room: title, topic, language, privacy, size, co-hosts, stage and the queue of videos',
    description: 'What you leave out stays. A room that becomes private closes to everyone but its members at once.',
    who: 'user',
    params: ById,
    body: RoomChanges,
    response: Room,
    refusals: [
      ...NOT_CHANGED,
      userRoomError.USER_NOT_FOUND,
      screeningError.VIDEO_URL_INVALID,
      screeningError.SUBTITLES_URL_INVALID,
      roomError.TOO_FAST,
    ],
    handler: (ctx, { actor, params, body }) => changeRoom(ctx, actor, params.id, body),
  }),
  endpoint({
    operationId: 'leaveUserRoom',
    method: 'post',
    path: '/rooms/{id}/leave',
    tag,
    summary: 'Leave: closes your sockets in the room, its voice and your place on its stage',
    who: 'user',
    params: ById,
    response: Nothing,
    refusals: [userRoomError.ROOM_NOT_FOUND],
    handler: (ctx, { actor, params }) => leaveUserRoom(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'handOverRoom',
    method: 'put',
    path: '/rooms/{id}/host',
    tag,
    summary: 'Hand your room over to someone who is in it',
    who: 'user',
    params: ById,
    body: NamedUser,
    response: Room,
    refusals: [...NOT_CHANGED, ...NOT_NAMED, userRoomError.NOT_IN_ROOM],
    handler: async (ctx, { actor, params, body }) => {
      await handOver(ctx, actor, params.id, body.userId);
      return readRoom(ctx, actor, params.id);
    },
  }),
  endpoint({
    operationId: 'addRoomMember',
    method: 'put',
    path: '/rooms/{id}/members/{userId}',
    tag,
    summary: 'Let someone into your room while it is private',
    who: 'user',
    params: ByIdAndUser,
    response: Nothing,
    refusals: [...NOT_CHANGED, ...NOT_NAMED, userRoomError.TOO_MANY_MEMBERS],
    handler: async (ctx, { actor, params }) => {
      await addMember(ctx, actor, params.id, params.userId);
      return {};
    },
  }),
  endpoint({
    operationId: 'removeRoomMember',
    method: 'delete',
    path: '/rooms/{id}/members/{userId}',
    tag,
    summary: 'Take a membership back; they leave the room if it is private',
    who: 'user',
    params: ByIdAndUser,
    response: Nothing,
    refusals: [...NOT_HOST, roomError.ROOM_CLOSED],
    handler: async (ctx, { actor, params }) => {
      await removeMember(ctx, actor, params.id, params.userId);
      return {};
    },
  }),
];

const stageEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'inviteToStage',
    method: 'post',
    path: '/rooms/{id}/invite',
    tag,
    summary: 'Invite a listener to the stage; one who asked to speak is there at once',
    description: 'For the host and the co-hosts. The listener accepts by `POST /rooms/{id}/stage`.',
    who: 'user',
    params: ById,
    body: NamedUser,
    response: Room,
    refusals: [...NOT_TO_ACT, ...NOT_ON_STAGE, userRoomError.STAGE_HOST_ONLY, userRoomError.ALREADY_ON_STAGE],
    handler: async (ctx, { actor, params, body }) => {
      await inviteToStage(ctx, actor, params.id, body.userId);
      return readRoom(ctx, actor, params.id);
    },
  }),
  endpoint({
    operationId: 'actOnStage',
    method: 'post',
    path: '/rooms/{id}/stage',
    tag,
    summary: 'Ask to speak or take it back, answer an invitation, leave the stage, mute yourself',
    description:
      'Both sides have to agree: the host approves a raised hand, or you accept an invitation. Hands are queued by time. ' +
      'Only you unmute yourself.',
    who: 'user',
    params: ById,
    body: StageRequest,
    response: Room,
    refusals: [
      ...NOT_TO_ACT,
      ...NOT_ON_STAGE,
      userRoomError.ALREADY_ON_STAGE,
      userRoomError.STAGE_LOCKED,
      userRoomError.NOT_INVITED,
      userRoomError.NOT_ON_STAGE,
      userRoomError.HOST_STAYS,
    ],
    handler: async (ctx, { actor, params, body }) => {
      await actOnStage(ctx, actor, params.id, body.action);
      return readRoom(ctx, actor, params.id);
    },
  }),
  endpoint({
    operationId: 'runStage',
    method: 'post',
    path: '/rooms/{id}/stage/{userId}',
    tag,
    summary: 'Approve a raised hand, mute a speaker or take them off the stage',
    description:
      'For the host and the co-hosts. `all` as the user id mutes everyone. `remove` also declines a hand and withdraws an ' +
      'invitation. Nobody unmutes someone else.',
    who: 'user',
    params: ByIdAndUser,
    body: StageDecision,
    response: Room,
    refusals: [
      ...NOT_TO_ACT,
      ...NOT_ON_STAGE,
      userRoomError.STAGE_HOST_ONLY,
      userRoomError.CO_HOST_PROTECTED,
      userRoomError.NO_REQUEST,
      userRoomError.NOT_ON_STAGE,
      userRoomError.HOST_STAYS,
      userRoomError.ONLY_THEMSELVES,
    ],
    handler: async (ctx, { actor, params, body }) => {
      await runStage(ctx, actor, { roomId: params.id, userId: params.userId }, body.action);
      return readRoom(ctx, actor, params.id);
    },
  }),
];

export const userRoomEndpoints: Endpoint[] = [...roomEndpoints, ...stageEndpoints];
