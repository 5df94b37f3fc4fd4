/**
 * Viewers removed from a show's video, kept for as long as an older token could bring them back. Statement builders:
 * use cases commit them together with the event that removes the viewer.
 */

import { desc, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { int } from '@/db/sql';
import { isOpen } from '@/domains/base/visibility/streams';
import { streams } from '@/domains/live/streams/tables';
import { userRooms } from '@/domains/live/user-rooms/tables';
import { MINUTE_MS } from '@/shared/time';
import { videoDenials } from './tables';
import { streamVideoRoom } from './video-room';

/** LiveKit renews the token of a connected client for ten minutes. */
const DENIED_MS = 15 * MINUTE_MS;
const DENIALS_MAX = 5_000;

/**
 * The event that removes a participant from a video room. Without a denial they can return with their current token.
 * @param identity a viewer's id, for all of their identities; or one identity
 */
export function removal(
  ctx: Pick<Context, 'now'>,
  room: string,
  identity: string,
): Extract<OutboxEvent, { kind: 'remove-participant' }> {
  return { kind: 'remove-participant', roomId: room, identity, at: ctx.now() };
}

/** @param viewerIds of users or guests */
export function denyVideo(ctx: Pick<Context, 'db' | 'now'>, room: string, viewerIds: readonly string[]): Statement {
  return deny(ctx, sql`SELECT ${room}, value FROM json_each(${JSON.stringify(viewerIds)}) WHERE true`);
}

/** Denies the viewer the channel's live show, if there is one at commit time. */
export function denyLiveVideo(ctx: Context, channelId: string, viewerId: string): Statement {
  return deny(
    ctx,
    sql`SELECT ${streamVideoRoom}, ${viewerId} FROM ${streams}
      WHERE channel_id = ${channelId} AND status = 'live'`,
  );
}

/**
 * Denies each of two users the other's live show and open rooms, as they are at commit time. The wider status condition
 * lets SQLite use the index of open streams.
 */
export function denyEachOthersVideo(ctx: Context, one: string, other: string): Statement {
  return deny(
    ctx,
    sql`SELECT ${streamVideoRoom}, CASE creator_id WHEN ${one} THEN ${other} ELSE ${one} END FROM ${streams}
      WHERE creator_id IN (${one}, ${other}) AND ${isOpen()} AND status = 'live'
      UNION ALL SELECT id, CASE host_id WHEN ${one} THEN ${other} ELSE ${one} END FROM ${userRooms}
      WHERE host_id IN (${one}, ${other}) AND user_rooms.status = 'open'`,
  );
}

/** The newest, by room. */
export function listDenials(ctx: Context) {
  return ctx.db
    .select()
    .from(videoDenials)
    .where(gt(videoDenials.deniedAt, ctx.now() - DENIED_MS))
    .orderBy(desc(videoDenials.deniedAt))
    .limit(DENIALS_MAX);
}

export function forgetDenials(ctx: Context): Statement {
  return ctx.db.delete(videoDenials).where(lte(videoDenials.deniedAt, ctx.now() - DENIED_MS));
}

/** 1 if this viewer was removed from the room since their token was issued (ms). */
export function deniedSince(room: SQL | string, viewerId: string, issuedAt: number): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${videoDenials}
    WHERE room = ${room} AND viewer_id = ${viewerId} AND denied_at >= ${int(issuedAt)})`;
}

function deny(ctx: Pick<Context, 'db' | 'now'>, roomsAndViewers: SQL): Statement {
  return ctx.db.run(sql`
    INSERT INTO ${videoDenials} (room, viewer_id, denied_at)
    SELECT *, ${int(ctx.now())} FROM (${roomsAndViewers}) WHERE true
    ON CONFLICT (room, viewer_id) DO UPDATE SET denied_at = excluded.denied_at`);
}
