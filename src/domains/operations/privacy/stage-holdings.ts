/** What the platform holds about DJs and performers, and about their listeners, as `holdings.ts` lists everything. */
import { streamListeners } from '@/domains/live/rooms/tables';
import { djProfiles, djRatings } from '@/domains/people/djs/tables';
import { performerPrivacy } from '@/domains/people/performers/tables';
import type { Holding } from './holding';

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
];

export const STAGE_LEFT_OUT: Readonly<Record<string, string>> = {
  'dj_ratings.dj_id': 'what others gave: djProfile has its sum and its count',
  'stream_listeners.creator_id': 'who listened to the user: data about others',
};
