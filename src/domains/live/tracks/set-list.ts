/**
 * What was played in a stream, for everyone who may read the stream's content. Hidden entries, and those of muted tracks,
 * are for the DJ and staff alone. Each of the two hides by a mark of their own, so neither shows what the other hid.
 */
import type { z } from '@hono/zod-openapi';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commitIfMet, requireThat } from '@/db/commit';
import { countRows } from '@/db/count-rows';
import { logStaff } from '@/domains/base/permissions/log';
import { staffCan } from '@/domains/base/permissions/permissions';
import { requireStaff } from '@/domains/base/permissions/rank';
import { staffReaches } from '@/domains/base/permissions/reach';
import { isInsider } from '@/domains/base/visibility/streams';
import { admitToRead } from '@/domains/live/rooms/admit';
import { roomError } from '@/domains/live/rooms/errors';
import { streams } from '@/domains/live/streams/tables';
import { limitAndOffset, type PageQuery, presentPage } from '@/http/envelope';
import type { Actor, Viewer } from '@/shared/actor';
import { SECOND_MS, toIso } from '@/shared/time';
import { trackError } from './errors';
import { ENTRIES_MAX } from './limits';
import { changeAfter, isHidden, isShownEntry, nowPlayingEvent, type Played, presentPublic } from './now-playing';
import type { SetListEntry, SetListPage } from './schemas';
import { setList, tracks } from './tables';

/** Throws what `admitToRead` throws. */
export async function listSet(
  ctx: Context,
  viewer: Viewer,
  streamId: string,
  query: PageQuery,
): Promise<z.input<typeof SetListPage>> {
  const { door } = await admitToRead(ctx, { id: streamId }, viewer);
  const isOwner = isInsider(viewer, door.hostId);
  const shown = and(
    eq(setList.streamId, door.roomId),
    isOwner ? undefined : sql`${isShownEntry} AND ${tracks.mutedAt} IS NULL`,
  );
  const { limit, offset } = limitAndOffset(query);
  // Not in one batch: D1 returns its rows as objects, and several of these columns have one name.
  const [rows, [counted]] = await Promise.all([
    entries(ctx).where(shown).orderBy(asc(setList.position)).limit(limit).offset(offset),
    countRows(
      ctx,
      ctx.db.select({ id: setList.id }).from(setList).leftJoin(tracks, eq(tracks.id, setList.trackId)).where(shown),
      ENTRIES_MAX,
    ),
  ]);
  const items = rows.map((row) => presentEntry(ctx, row, isOwner));
  return presentPage(items, counted?.total ?? 0, query);
}

function entries(ctx: Context) {
  return ctx.db
    .select({
      entry: setList,
      track: tracks,
      djId: streams.creatorId,
      streamStartedAt: streams.startedAt,
      status: streams.status,
    })
    .from(setList)
    .innerJoin(streams, eq(streams.id, setList.streamId))
    .leftJoin(tracks, eq(tracks.id, setList.trackId));
}

interface EntryRow extends Played {
  readonly djId: string;
  readonly streamStartedAt: number | null;
}

function presentEntry(
  ctx: Context,
  { entry, track, streamStartedAt }: EntryRow,
  isOwner: boolean,
): z.input<typeof SetListEntry> {
  const { id, startedAt } = entry;
  return {
    id,
    track: presentPublic(ctx.config, entry, track),
    startedAt: toIso(startedAt),
    offsetSeconds: Math.max(0, startedAt - (streamStartedAt ?? startedAt)) / SECOND_MS,
    ...(isOwner ? { hidden: isHidden(entry) } : {}),
  };
}

/**
 * For the DJ, and for staff who keep order. Idempotent. What plays is announced to the room, or withdrawn. Throws
 * ENTRY_NOT_FOUND, ENTRY_WITHHELD, NOW_PLAYING_CHANGED, OUT_OF_YOUR_REACH.
 */
export async function hideEntry(
  ctx: Context,
  actor: Actor,
  { id: streamId, entryId }: { readonly id: string; readonly entryId: string },
  isToHide: boolean,
): Promise<z.input<typeof SetListEntry>> {
  const row = await entries(ctx)
    .where(and(eq(setList.id, entryId), eq(setList.streamId, streamId)))
    .get();
  if (!row) throw trackError('ENTRY_NOT_FOUND');
  const { entry, track, djId } = row;
  const isOwn = djId === actor.userId;
  if (!isOwn && !staffCan(actor.staff, 'canDeleteMessages')) throw trackError('ENTRY_NOT_FOUND');
  if (!isOwn && !(await staffReaches(ctx, actor, djId))) throw roomError('OUT_OF_YOUR_REACH');
  if (isOwn && entry.withheld && !isToHide) throw trackError('ENTRY_WITHHELD');
  const mark = isOwn ? 'hidden' : 'withheld';
  if (entry[mark] === isToHide) return presentEntry(ctx, row, true);
  const changed = { ...entry, [mark]: isToHide, changedAt: changeAfter(ctx, entry) };
  const plays = entry.endedAt === null && row.status === 'live';
  const isSame = sql`EXISTS (SELECT 1 FROM ${setList} WHERE id = ${entryId} AND changed_at = ${entry.changedAt})`;
  const { hidden, withheld, changedAt } = changed;
  const isChanged = await commitIfMet(
    ctx,
    [
      requireThat(ctx, isSame),
      ctx.db.update(setList).set({ hidden, withheld, changedAt }).where(eq(setList.id, entryId)),
      ...(isOwn ? [] : [requireStaff(ctx, actor), logWithholding(ctx, actor, row, isToHide)]),
    ],
    { events: plays ? [nowPlayingEvent(ctx, streamId, changedAt, { entry: changed, track })] : [] },
  );
  if (!isChanged) throw trackError('NOW_PLAYING_CHANGED');
  return presentEntry(ctx, { ...row, entry: changed }, true);
}

function logWithholding(ctx: Context, { userId }: Actor, { entry, djId }: EntryRow, withheld: boolean): Statement {
  const { id, streamId, title, artist } = entry;
  return logStaff(ctx, {
    staffId: userId,
    action: withheld ? 'set-list.hide' : 'set-list.show',
    ...{ targetType: 'set-list-entry', targetId: id, subjectId: djId },
    before: { streamId, title, artist, withheld: !withheld },
    after: { withheld },
  });
}
