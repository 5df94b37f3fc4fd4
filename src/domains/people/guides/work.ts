/**
 * What a room needs to measure the work of guides, and where it writes it. The figures are absolute, so a repeat changes
 * nothing, and the newest wins.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int } from '@/db/sql';
import { stageTurns } from '@/domains/live/user-rooms/tables';
import { guideTerms, guideWork } from './tables';

type Bounds = readonly [from: number, to: number | null];

/** A turn on the stage of somebody who is, or was, a guide. Times in ms; a missing end: it lasts. */
interface StageTurn {
  readonly userId: string;
  readonly from: number;
  readonly to: number | null;
  readonly terms: readonly Bounds[];
  /** Turns in other rooms that began after this one. */
  readonly elsewhere: readonly Bounds[];
}

/** The turns in this room that lasted after `since` (ms). */
export async function listStageTurns(
  ctx: Pick<Context, 'db'>,
  { roomId, since, until }: { readonly roomId: string; readonly since: number; readonly until: number },
): Promise<StageTurn[]> {
  const rows = await ctx.db.all<Omit<StageTurn, 'terms' | 'elsewhere'> & { terms: string; elsewhere: string }>(sql`
    SELECT turn.user_id AS userId, turn.started_at AS "from", turn.ended_at AS "to",
      (SELECT json_group_array(json_array(from_at, to_at)) FROM ${guideTerms} term
       WHERE term.user_id = turn.user_id) AS terms,
      (SELECT json_group_array(json_array(other.started_at, other.ended_at)) FROM ${stageTurns} other
       WHERE other.user_id = turn.user_id AND other.room_id <> turn.room_id
         AND other.started_at BETWEEN turn.started_at AND coalesce(turn.ended_at, ${int(until)})
         AND (other.started_at, other.room_id) > (turn.started_at, turn.room_id)) AS elsewhere
    FROM ${stageTurns} turn
    WHERE turn.room_id = ${roomId} AND (turn.ended_at IS NULL OR turn.ended_at > ${since})
      AND EXISTS (SELECT 1 FROM ${guideTerms} term WHERE term.user_id = turn.user_id)`);
  // As the statement builds them.
  return rows.map(({ terms, elsewhere, ...turn }) => ({
    ...turn,
    ...{ terms: JSON.parse(terms) as Bounds[], elsewhere: JSON.parse(elsewhere) as Bounds[] },
  }));
}

interface Work {
  readonly userId: string;
  readonly day: string;
  readonly seconds: number;
  readonly guests: number;
  readonly aloneSeconds: number;
  readonly aloneGuests: number;
  readonly unapprovedSeconds: number;
}

/** One statement. An account that was deleted meanwhile has no terms, and gets no row. */
export async function recordWork(ctx: Pick<Context, 'db' | 'now'>, roomId: string, work: readonly Work[]) {
  await ctx.db.run(sql`
    INSERT INTO ${guideWork} (user_id, day, room_id, seconds, guests, alone_seconds, alone_guests, unapproved_seconds,
      updated_at)
    SELECT value ->> 'userId', value ->> 'day', ${roomId}, value ->> 'seconds', value ->> 'guests',
      value ->> 'aloneSeconds', value ->> 'aloneGuests', value ->> 'unapprovedSeconds', ${int(ctx.now())}
    FROM json_each(${JSON.stringify(work)})
    WHERE EXISTS (SELECT 1 FROM ${guideTerms} term WHERE term.user_id = value ->> 'userId')
    ON CONFLICT (user_id, day, room_id) DO UPDATE SET
      seconds = excluded.seconds, guests = excluded.guests, alone_seconds = excluded.alone_seconds,
      alone_guests = excluded.alone_guests, unapproved_seconds = excluded.unapproved_seconds,
      updated_at = excluded.updated_at
    WHERE excluded.updated_at >= guide_work.updated_at`);
}
