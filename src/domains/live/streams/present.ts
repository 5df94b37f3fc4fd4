/** How a stream is presented: the columns to select, and the wire shape made from them. */

import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import { type CardRow, cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { allowsRecording, showsViewerList } from '@/domains/base/visibility/people';
import { isInsider } from '@/domains/base/visibility/streams';
import { streamLive } from '@/domains/live/rooms/tables';
import { streamEarnings } from '@/domains/money/gifts/tables';
import type { Role, Viewer } from '@/shared/actor';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { CREATOR_TYPES, Stream } from './schemas';
import { type StreamRow, streams } from './tables';

/** For `streams` joined with `users` as the creator, and left-joined with `stream_live`. */
export function streamColumns(viewer: Viewer) {
  return {
    stream: streams,
    creator: cardColumnsFor(viewer),
    viewerCount: sql<number>`coalesce(${streamLive.viewerCount}, 0)`,
    showsViewerList,
    allowsRecording,
    earnedDiamonds: sql<number>`coalesce((SELECT diamonds FROM ${streamEarnings} WHERE stream_id = streams.id), 0)`,
  };
}

/** The viewers by which lists sort live and ended streams. The index uses this exact expression. */
export const rankingCount = sql<number>`coalesce(${streamLive.rankingCount}, ${streamLive.viewerCount}, 0)`;
export const rankingPeak = sql<number>`coalesce(${streams.rankingPeak}, ${streams.peakViewers})`;

export interface StreamCardRow {
  readonly stream: StreamRow;
  readonly creator: CardRow;
  readonly viewerCount: number;
  /** 0 if the creator never shows who is watching. */
  readonly showsViewerList: number;
  readonly allowsRecording: number;
  readonly earnedDiamonds: number;
}

export function presentStream(row: StreamCardRow, viewer: Viewer): z.input<typeof Stream> {
  const { stream, creator, viewerCount, earnedDiamonds } = row;
  const isLive = stream.status === 'live';
  const insider = isInsider(viewer, stream.creatorId);
  return {
    id: stream.id,
    creatorId: stream.creatorId,
    creatorType: creatorType(creator.role),
    creator: presentCard(creator),
    title: stream.title,
    description: stream.description,
    category: stream.category,
    thumbnailUrl: stream.thumbnailUrl,
    visibility: stream.visibility,
    showViewers: insider ? stream.showViewers : showsViewers(row),
    status: stream.status,
    reconnecting: isLive && stream.ingressLostAt !== null,
    scheduledFor: toIsoOrNull(stream.scheduledFor),
    startTime: toIsoOrNull(stream.startedAt),
    endTime: toIsoOrNull(stream.endedAt),
    viewerCount: isLive ? viewerCount : 0,
    peakViewers: Math.max(stream.peakViewers, isLive ? viewerCount : 0),
    recordingUrl: stream.recordingUrl,
    recordingAllowed: row.allowsRecording === 1,
    ...(insider ? { earnings: earnedDiamonds } : {}),
    createdAt: toIso(stream.createdAt),
    ...(stream.hiddenAt === null ? {} : { hidden: true as const }),
  };
}

/** Whether viewers other than the creator, moderators and staff may see who is watching. */
export function showsViewers({ stream, showsViewerList }: Pick<StreamCardRow, 'stream' | 'showsViewerList'>): boolean {
  return stream.showViewers && showsViewerList === 1;
}

/** A creator who registered as a viewer is shown as `creator`. */
function creatorType(role: Role): (typeof CREATOR_TYPES)[number] {
  return role === 'viewer' ? 'creator' : role;
}
