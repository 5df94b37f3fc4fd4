/**
 * Who was put out of a show's video: kept for as long as a token from before may bring them back. Statement builders:
 * use cases commit them together with the event that puts them out.
 */

import { desc, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { int } from '@/db/sql';
import { isOpen } from '@/domains/base/visibility/streams';
import { streams } from '@/domains/live/streams/tables';
import { MINUTE_MS } from '@/shared/time';
import { videoDenials } from './tables';
import { streamVideoRoom } from './video-room';

/** LiveKit renews the token of whoever is connected to ten minutes. */
const DENIED_MS = 15 * MINUTE_MS;
const DENIALS_MAX = 5_000;

/**
 * The event that takes somebody out of a video room. Without a denial beside it they may come back with the token that
 * they have.
 * @param identity a viewer's id, for all of their places; or one identity
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

/** From the show that is live on the channel, if one is at that moment. */
export function denyLiveVideo(ctx: Context, channelId: string, viewerId: string): Statement {
  return deny(
    ctx,
    sql`SELECT ${streamVideoRoom}, ${viewerId} FROM ${streams}
      WHERE channel_id = ${channelId} AND status = 'live'`,
  );
}

/** Each from the show of the other, if one is live at that moment. The wider status is there for the index of open streams. */
export function denyEachOthersVideo(ctx: Context, one: string, other: string): Statement {
  return deny(
    ctx,
    sql`SELECT ${streamVideoRoom}, CASE creator_id WHEN ${one} THEN ${other} ELSE ${one} END FROM ${streams}
      WHERE creator_id IN (${one}, ${other}) AND ${isOpen()} AND status = 'live'`,
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

/** 1 if this viewer was put out of the room since their token was issued (ms). */
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
