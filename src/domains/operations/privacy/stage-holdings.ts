/**
 * What the platform holds about DJs, performers and guides: their tracks, their listeners and their work. A part of the
 * list in `holdings.ts`.
 */
import { channelWriters, streamListeners } from '@/domains/live/rooms/tables';
import { streams } from '@/domains/live/streams/tables';
import { setList, tracks } from '@/domains/live/tracks/tables';
import { djProfiles, djRatings } from '@/domains/people/djs/tables';
import { guideApplications, guideTerms, guideWork } from '@/domains/people/guides/tables';
import { performerPrivacy } from '@/domains/people/performers/tables';
import { type Holding, mine } from './holding';

export const STAGE_HOLDINGS: readonly Holding[] = [
  { as: 'performerPrivacy', table: performerPrivacy, tie: performerPrivacy.userId, order: [performerPrivacy.userId] },
  { as: 'djProfile', table: djProfiles, tie: djProfiles.userId, order: [djProfiles.userId] },
  { as: 'djRatings', table: djRatings, tie: djRatings.userId, order: [djRatings.djId] },
  {
    as: 'streamsListenedTo',
    table: streamListeners,
    tie: streamListeners.userId,
    order: [streamListeners.creatorId, streamListeners.streamId],
  },
  {
    as: 'channelsWrittenIn',
    table: channelWriters,
    tie: channelWriters.userId,
    order: [channelWriters.creatorId],
  },
  {
    as: 'tracks',
    table: tracks,
    tie: tracks.djId,
    order: [tracks.id],
    without: ['edited', 'queuedAt', 'keptUntil'],
  },
  {
    as: 'setLists',
    table: setList,
    tie: setList.streamId,
    things: mine(streams.creatorId),
    order: [setList.streamId, setList.position],
    without: ['changedAt'],
  },
  {
    as: 'guideApplications',
    table: guideApplications,
    tie: guideApplications.userId,
    order: [guideApplications.id],
    without: ['decidedBy'],
  },
  { as: 'guideTerms', table: guideTerms, tie: guideTerms.userId, order: [guideTerms.fromAt] },
  { as: 'guideWork', table: guideWork, tie: guideWork.userId, order: [guideWork.day, guideWork.roomId] },
];

export const STAGE_LEFT_OUT: Readonly<Record<string, string>> = {
  'dj_ratings.dj_id': 'what others gave: djProfile has its sum and its count',
  'channel_writers.creator_id': 'who wrote in the user’s chat: data about others',
  'stream_listeners.creator_id': 'who listened to the user: data about others',
};
