/** What D1 knows of a stream's time: gifts, new followers and subscribers. Each statement finds its rows by an index. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { RoomFigures } from '@/contracts/room';
import { literal } from '@/db/sql';
import { giftsSent } from '@/domains/money/gifts/tables';
import { subscriptions } from '@/domains/money/subscriptions/tables';
import { follows } from '@/domains/people/social/tables';
import { firstIdAt } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';
import { stepsOf } from '@/shared/time-steps';
import type { SessionFigures, SessionTime } from './session-figures';
import type { EngagementStep } from './tables';

/** A gift's id may be a little older than its row. */
const ID_SLACK_MS = MINUTE_MS;

interface Broadcast extends SessionTime {
  readonly streamId: string;
  readonly creatorId: string;
}

interface GiftStep {
  readonly step: number;
  readonly gifts: number;
  readonly coins: number;
  readonly diamonds: number;
}

/** Adds what D1 knows to what the room counted, in one batch of three statements. */
export async function completeFigures(
  { db }: Pick<Context, 'db'>,
  broadcast: Broadcast,
  figures: RoomFigures,
): Promise<SessionFigures> {
  const { viewerCount: _c, until: _u, rankingPeak: _p, rewardedSeconds: _s, gifts: _g, activity, ...counted } = figures;
  const { streamId, creatorId, since, until } = broadcast;
  const steps = stepsOf(since, until);
  const width = literal(steps.minutes * MINUTE_MS);
  const step = sql`(created_at - ${literal(steps.startOf(0))}) / ${width} AS step`;
  const during = sql`BETWEEN ${since} AND ${until}`;
  const [given, followed, [subscribed]] = await db.batch([
    db.all<GiftStep>(sql`
      SELECT ${step}, count(*) AS gifts, sum(coins) AS coins, sum(diamonds) AS diamonds FROM ${giftsSent}
      WHERE recipient_id = ${creatorId} AND id >= ${firstIdAt(since - ID_SLACK_MS)}
        AND id < ${firstIdAt(until + ID_SLACK_MS)} AND stream_id = ${streamId} AND created_at ${during}
      GROUP BY 1`),
    db.all<{ readonly step: number; readonly newFollowers: number }>(sql`
      SELECT ${step}, count(*) AS newFollowers FROM ${follows}
      WHERE creator_id = ${creatorId} AND created_at ${during} GROUP BY 1`),
    db.all<{ readonly count: number }>(sql`
      SELECT count(*) AS count FROM ${subscriptions}
      WHERE creator_id = ${creatorId} AND started_at ${during} AND status <> 'ended'`),
  ]);
  const engagement = new Map<number, [number, number, number, number, number]>();
  const at = (index: number) => {
    const figures = engagement.get(steps.startOf(index)) ?? [0, 0, 0, 0, 0];
    engagement.set(steps.startOf(index), figures);
    return figures;
  };
  for (const [start, messages, reactions] of activity)
    if (messages + reactions > 0) engagement.set(start, [messages, reactions, 0, 0, 0]);
  for (const row of given) [at(row.step)[2], at(row.step)[3]] = [row.gifts, row.coins];
  for (const row of followed) at(row.step)[4] = row.newFollowers;
  const total = (figure: 'gifts' | 'coins' | 'diamonds') => given.reduce((sum, row) => sum + row[figure], 0);
  return {
    ...counted,
    gifts: { count: total('gifts'), coins: total('coins'), diamonds: total('diamonds') },
    newFollowers: followed.reduce((sum, row) => sum + row.newFollowers, 0),
    newSubscribers: subscribed?.count ?? 0,
    engagement: [...engagement]
      .map(([start, figures]): EngagementStep => [start, ...figures])
      .toSorted(([one], [other]) => one - other),
  };
}
