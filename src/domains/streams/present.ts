/** What a stream shows of itself: the columns that any SELECT takes for it, and the wire shape that they become. */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import { type CardRow, cardColumns, presentCard } from '@/domains/users/present';
import type { Role, Viewer } from '@/shared/actor';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { CREATOR_TYPES, Stream } from './schemas';
import { streamLive, streams } from './tables';
import { isInsider } from './visible';

type StreamRow = typeof streams.$inferSelect;

/** For `streams` joined with `users` as the creator, and left-joined with `stream_live`. */
export const streamColumns = {
  stream: streams,
  creator: cardColumns,
  viewerCount: sql<number>`coalesce(${streamLive.viewerCount}, 0)`,
  earnedDiamonds: sql<number>`coalesce((SELECT diamonds FROM stream_earnings WHERE stream_id = streams.id), 0)`,
};

export interface StreamCardRow {
  readonly stream: StreamRow;
  readonly creator: CardRow;
  readonly viewerCount: number;
  readonly earnedDiamonds: number;
}

export function presentStream(row: StreamCardRow, viewer: Viewer): z.input<typeof Stream> {
  const { stream, creator, viewerCount, earnedDiamonds } = row;
  const isLive = stream.status === 'live';
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
    showViewers: stream.showViewers,
    status: stream.status,
    reconnecting: isLive && stream.ingressLostAt !== null,
    scheduledFor: toIsoOrNull(stream.scheduledFor),
    startTime: toIsoOrNull(stream.startedAt),
    endTime: toIsoOrNull(stream.endedAt),
    viewerCount: isLive ? viewerCount : 0,
    peakViewers: Math.max(stream.peakViewers, isLive ? viewerCount : 0),
    recordingUrl: stream.recordingUrl,
    ...(isInsider(viewer, stream.creatorId) ? { earnings: earnedDiamonds } : {}),
    createdAt: toIso(stream.createdAt),
  };
}

/** A creator who registered as a viewer is shown as what approval made them. */
function creatorType(role: Role): (typeof CREATOR_TYPES)[number] {
  return role === 'viewer' ? 'creator' : role;
}
