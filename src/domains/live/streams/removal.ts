/**
 * Plans what staff do with streams, as a part of one batch. A hidden stream counts as private at its door, so viewers
 * leave by the mechanism of a changed door. A removed one also ends; it comes back as an ended stream. Its thumbnail
 * closes and opens with it, and the announcement that it is live is withdrawn for good.
 */
import { inArray, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { NOTHING, type Plan } from '@/db/commit';
import { int } from '@/db/sql';
import { isRemovalAppealed } from '@/domains/base/decisions/on-target';
import { setPrivacy } from '@/domains/base/media/access';
import { forgetImage, shownImage } from '@/domains/base/media/shown-image';
import { withdrawBroadcast } from '@/domains/base/notifications/broadcast';
import { channels } from '@/domains/live/channels/tables';
import { changeStream } from './change-stream';
import { findStreamOnChannel } from './channel-state';
import { planEnd } from './end-stream';
import { setupEvent } from './room-setup';
import { type StreamRow, streams } from './tables';

/** The batch aborts with DEMAND_NOT_MET if the stream changes meanwhile; read again then. @param until ms */
export async function keepRemovedStream(ctx: Context, id: string, until: number): Promise<Plan> {
  const found = await findStreamOnChannel(ctx, id);
  if (!found || found.stream.keptUntil !== null) return NOTHING;
  const { stream, channel } = found;
  const removed = { hiddenAt: stream.hiddenAt ?? ctx.now(), keptUntil: until };
  if (stream.status === 'live') {
    const { statements, events } = await planEnd(ctx, channel, stream, 'staff', removed);
    return { statements: [...statements, ...leaveLists(ctx, stream)], events };
  }
  const status = stream.status === 'scheduled' ? 'cancelled' : stream.status;
  const { row, statements } = changeStream(ctx, stream, { ...removed, status });
  return { statements: [...statements, ...leaveLists(ctx, stream)], events: [setupEvent(row, channel)] };
}

export function returnStream(ctx: Context, id: string): Plan {
  const statement = ctx.db.run(sql`UPDATE ${streams} SET hidden_at = NULL, kept_until = NULL,
    updated_at = max(updated_at + 1, ${int(ctx.now())}) WHERE id = ${id} AND kept_until IS NOT NULL`);
  return { statements: [statement, openThumbnail(ctx, id)], events: [] };
}

/** As `keepRemovedStream`. */
export function hideStream(ctx: Context, id: string): Promise<Plan> {
  return setHidden(ctx, id, ctx.now(), (stream) => stream.hiddenAt === null);
}

/** As `keepRemovedStream`. A removed stream stays hidden. */
export function unhideStream(ctx: Context, id: string): Promise<Plan> {
  return setHidden(ctx, id, null, (stream) => stream.hiddenAt !== null && stream.keptUntil === null);
}

async function setHidden(
  ctx: Context,
  id: string,
  hiddenAt: number | null,
  applies: (stream: StreamRow) => boolean,
): Promise<Plan> {
  const found = await findStreamOnChannel(ctx, id);
  if (!found || !applies(found.stream)) return NOTHING;
  const { row, statements } = changeStream(ctx, found.stream, { hiddenAt });
  const more = hiddenAt === null ? [openThumbnail(ctx, id)] : leaveLists(ctx, found.stream);
  return { statements: [...statements, ...more], events: [setupEvent(row, found.channel)] };
}

/**
 * For a sweep: plans to blank streams that can no longer come back. They stay hidden, and their figures stay. A thumbnail
 * goes with the last stream that shows it.
 */
export async function clearKeptStreams(
  ctx: Context,
  now: number,
  limit: number,
): Promise<Plan & { readonly count: number }> {
  const rows = await ctx.db
    .select({ id: streams.id, creatorId: streams.creatorId, thumbnailUrl: streams.thumbnailUrl })
    .from(streams)
    .where(sql`kept_until IS NOT NULL AND kept_until <= ${now} AND NOT ${isRemovalAppealed('stream', sql`streams.id`)}`)
    .limit(limit);
  if (rows.length === 0) return { ...NOTHING, count: 0 };
  const ids = rows.map(({ id }) => id);
  const thumbnails = rows.map((row) => forgetThumbnail(ctx, row));
  const blanked = {
    ...{ title: '', description: '', category: null, thumbnailUrl: null, recordingUrl: null, keptUntil: null },
    updatedAt: sql`max(updated_at + 1, ${int(now)})`,
  };
  return {
    statements: [
      ctx.db.update(streams).set(blanked).where(inArray(streams.id, ids)),
      ...thumbnails.flatMap(({ statements }) => statements),
    ],
    events: thumbnails.flatMap(({ events }) => events),
    count: rows.length,
  };
}

type Shown = Pick<StreamRow, 'id' | 'creatorId' | 'thumbnailUrl'>;

function leaveLists(ctx: Context, { id, creatorId, thumbnailUrl }: Shown): Statement[] {
  const image = { kind: 'thumbnail', ownerId: creatorId, url: thumbnailUrl ?? '' } as const;
  return [withdrawBroadcast(ctx, { id, creatorId }), setPrivacy(ctx, shownImage(ctx.config, image), true)];
}

/** A stream that stays hidden may have the same thumbnail, which then stays closed. */
function openThumbnail(ctx: Context, id: string): Statement {
  const ofStream = (column: SQL) => sql`(SELECT ${column} FROM ${streams} WHERE id = ${id})`;
  const [ownerId, url] = [ofStream(sql`creator_id`), ofStream(sql`thumbnail_url`)];
  const stillHidden = sql`EXISTS (SELECT 1 FROM ${streams}
    WHERE creator_id = ${ownerId} AND thumbnail_url = ${url} AND hidden_at IS NOT NULL)`;
  const keys = sql`${shownImage(ctx.config, { kind: 'thumbnail', ownerId, url })} AND NOT ${stillHidden}`;
  return setPrivacy(ctx, keys, false);
}

function forgetThumbnail(ctx: Context, { creatorId, thumbnailUrl }: Shown): Plan {
  if (thumbnailUrl === null) return NOTHING;
  const isShown = sql`(EXISTS (SELECT 1 FROM ${streams} WHERE creator_id = ${creatorId} AND thumbnail_url = ${thumbnailUrl})
    OR EXISTS (SELECT 1 FROM ${channels} WHERE creator_id = ${creatorId} AND thumbnail = ${thumbnailUrl}))`;
  return forgetImage(ctx, { kind: 'thumbnail', ownerId: creatorId, url: thumbnailUrl }, isShown);
}
