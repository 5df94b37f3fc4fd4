/**
 * What the platform holds about rooms: figures of streams and sales, users' rooms and who was who in them, as
 * `holdings.ts` lists everything. The members and bans of a room are its host's business, and no longer that of a creator
 * who handed it over.
 */
import { salesDays, sessionAnalytics } from '@/domains/live/analytics/tables';
import { emotes } from '@/domains/live/emotes/tables';
import { roomBans, streamAnalytics, streamPolls } from '@/domains/live/rooms/tables';
import { streams } from '@/domains/live/streams/tables';
import { unbanRequests } from '@/domains/live/unban-requests/tables';
import {
  roomCoHosts,
  roomMembers,
  roomSpeakers,
  stageRequests,
  stageTurns,
  userRooms,
} from '@/domains/live/user-rooms/tables';
import { type Holding, mine } from './holding';

export const ROOM_HOLDINGS: readonly Holding[] = [
  {
    as: 'streamAnalytics',
    table: streamAnalytics,
    tie: streamAnalytics.streamId,
    things: mine(streams.creatorId),
    order: [streamAnalytics.streamId],
  },
  {
    as: 'sessionAnalytics',
    table: sessionAnalytics,
    tie: sessionAnalytics.streamId,
    things: mine(streams.creatorId),
    order: [sessionAnalytics.streamId],
  },
  { as: 'polls', table: streamPolls, tie: streamPolls.createdBy, order: [streamPolls.id] },
  { as: 'salesDays', table: salesDays, tie: salesDays.sellerId, order: [salesDays.day, salesDays.currency] },
  { as: 'emotes', table: emotes, tie: emotes.creatorId, order: [emotes.id] },
  { as: 'rooms', table: userRooms, tie: userRooms.creatorId, order: [userRooms.id], without: ['hostId'] },
  {
    as: 'hostedRooms',
    table: userRooms,
    tie: userRooms.hostId,
    order: [userRooms.id],
    without: ['creatorId'],
  },
  {
    as: 'roomMembers',
    table: roomMembers,
    tie: roomMembers.roomId,
    things: mine(userRooms.hostId),
    order: [roomMembers.roomId, roomMembers.userId],
    without: ['addedBy'],
  },
  {
    as: 'memberOfRooms',
    table: roomMembers,
    tie: roomMembers.userId,
    order: [roomMembers.roomId],
    without: ['addedBy'],
  },
  { as: 'coHostOfRooms', table: roomCoHosts, tie: roomCoHosts.userId, order: [roomCoHosts.roomId] },
  { as: 'onStages', table: roomSpeakers, tie: roomSpeakers.userId, order: [roomSpeakers.roomId] },
  {
    as: 'stageRequests',
    table: stageRequests,
    tie: stageRequests.userId,
    order: [stageRequests.roomId],
    without: ['byId'],
  },
  { as: 'stageTurns', table: stageTurns, tie: stageTurns.userId, order: [stageTurns.startedAt, stageTurns.roomId] },
  {
    as: 'roomBans',
    table: roomBans,
    tie: roomBans.roomId,
    things: mine(userRooms.hostId),
    order: [roomBans.roomId, roomBans.userId],
    without: ['bannedBy'],
  },
  {
    as: 'unbanRequests',
    table: unbanRequests,
    tie: unbanRequests.userId,
    order: [unbanRequests.placeId, unbanRequests.id],
    without: ['decidedBy'],
  },
  { as: 'bannedFromRooms', table: roomBans, tie: roomBans.userId, order: [roomBans.roomId], without: ['bannedBy'] },
];

export const ROOM_LEFT_OUT: Readonly<Record<string, string>> = {
  'unban_requests.decided_by': 'what the user decided as a moderator: the requests of those users',
  'user_rooms.titled_by': 'who wrote a title: the rooms that the user opened or hosts have it',
  'room_bans.banned_by': 'bans the user set in rooms: those rooms’ data',
  'room_members.added_by': 'whom the user let into rooms: those rooms’ data',
  'stage_requests.by_id': 'whom the user invited to a stage: those users’ data',
};
