/**
 * Announces to a creator's members (followers and subscribers) that the creator is live. It is one row, written with
 * the stream's start and merged into each member's list when it is read. Mail, push and open rooms follow in pages
 * through the tasks queue. Only subscribers hear of a stream for subscribers, and nobody of a private one.
 */

import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { MemberPosition, TaskMessage } from '@/contracts/messages';
import type { Visibility } from '@/contracts/room-command';
import { NOTHING, type Plan } from '@/db/commit';
import { int, literal } from '@/db/sql';
import { trySpending } from '@/domains/base/budgets/spend';
import { readSettings } from '@/domains/base/settings/read';
import { users } from '@/domains/base/users/tables';
import { followsCreator, isOpenSubscription, subscribes } from '@/domains/base/visibility/members';
import { isActive, isActiveUser, isBlockBetween } from '@/domains/base/visibility/people';
import type { StreamRow } from '@/domains/live/streams/tables';
import { subscriptions } from '@/domains/money/subscriptions/tables';
import { follows } from '@/domains/people/social/tables';
import { HOUR_MS } from '@/shared/time';
import { isLive } from './claim';
import { broadcastRow, presentInLanguages } from './present';
import { type Reader, reach } from './reach';
import { announcements, type BroadcastAudience, type BroadcastRow, broadcasts } from './tables';

/** Per creator, since older ones are about streams that are over. Bounds the rows that a list reads per follow. */
const BROADCASTS_KEPT = 3;
/**
 * Each member may be in five rooms, and each room is a call. Five pages then use a quarter of an invocation's 10,000.
 */
export const MEMBERS_AT_ONCE = 100;
/** Going live again sooner than this, counted from the last announcement, notifies nobody. */
const ANNOUNCED_AGAIN_AFTER_MS = HOUR_MS;
const AUDIENCES: Readonly<Record<Visibility, BroadcastAudience | null>> = {
  public: 'members',
  followers: 'members',
  subscribers: 'subscribers',
  private: null,
};

type Stream = Pick<StreamRow, 'id' | 'creatorId' | 'title' | 'visibility'>;

/**
 * For the batch that takes the stream live. Announces a stream once, and only to members who may watch it. Members who
 * were notified within the hour are not notified again: the last broadcast then leads to the new stream, without
 * becoming unread.
 */
export function announceLive(ctx: Context, stream: Stream): Plan {
  const { id, creatorId, title, visibility } = stream;
  const audience = AUDIENCES[visibility];
  if (audience === null) return NOTHING;
  const at = ctx.now();
  const data = JSON.stringify({ streamId: id, creatorId });
  const soon = at - ANNOUNCED_AGAIN_AFTER_MS;
  return {
    statements: [
      ctx.db.run(sql`
        INSERT INTO ${broadcasts} (id, creator_id, kind, title, body, data, created_at, audience)
        SELECT ${id}, users.id, 'live', users.display_name || ' is live', ${title}, ${data}, ${int(at)},
          ${audience}
        FROM ${users} WHERE users.id = ${creatorId} AND NOT EXISTS (
          SELECT 1 FROM ${announcements} WHERE creator_id = ${creatorId} AND announced_at > ${soon}
            AND audience IN ('members', ${audience}))
        ON CONFLICT DO NOTHING`),
      ctx.db.run(sql`
        INSERT INTO ${announcements} (creator_id, audience, announced_at)
        SELECT creator_id, audience, created_at FROM broadcasts WHERE id = ${id} AND created_at = ${at}
        ON CONFLICT DO UPDATE SET announced_at = excluded.announced_at`),
      // Only for the same audience: others may not see the new stream's title.
      ctx.db.run(sql`
        UPDATE broadcasts SET data = ${data}, body = ${title}
        WHERE audience = ${audience} AND created_at > ${soon}
          AND id = (SELECT id FROM broadcasts WHERE creator_id = ${creatorId} ORDER BY created_at DESC, id DESC LIMIT 1)
          AND NOT EXISTS (SELECT 1 FROM broadcasts announced WHERE announced.id = ${id})`),
      ctx.db.run(sql`
        DELETE FROM ${broadcasts} WHERE creator_id = ${creatorId} AND id NOT IN (
          SELECT id FROM broadcasts WHERE creator_id = ${creatorId}
          ORDER BY created_at DESC, id DESC LIMIT ${BROADCASTS_KEPT})`),
    ],
    events: [{ kind: 'task', task: { type: 'fan-out-broadcast', broadcastId: id, at, after: null } }],
  };
}

/** The stream that a broadcast leads to: its own, or one that went live soon after it. */
const streamOf = sql`coalesce(json_extract(broadcasts.data, '$.streamId'), broadcasts.id)`;

/** For the batch that hides or removes a stream: lists no longer show that it went live. */
export function withdrawBroadcast(ctx: Context, { id, creatorId }: Pick<Stream, 'id' | 'creatorId'>): Statement {
  return ctx.db.delete(broadcasts).where(and(eq(broadcasts.creatorId, creatorId), sql`${streamOf} = ${id}`));
}

type FanOut = Extract<TaskMessage, { type: 'fan-out-broadcast' }>;

/**
 * Notifies a page of the members that the creator had when it was announced, in the order in which they joined, and
 * queues the next page. Does nothing once the stream is over; then only lists show it.
 * @param at when (ms) it was announced: a second announcement notifies nobody
 * @param isMailed whether the creator's daily budget allowed the mail; undefined until a member wants mail
 */
export async function fanOutBroadcast(
  ctx: Context,
  broadcastId: string,
  at: number,
  after: MemberPosition | null,
  isMailed?: boolean,
): Promise<void> {
  const broadcast = await ctx.db
    .select()
    .from(broadcasts)
    .where(and(eq(broadcasts.id, broadcastId), isActiveUser(broadcasts.creatorId), isLive(streamOf)))
    .get();
  if (broadcast?.createdAt !== at) return;
  const { id, kind, title, body, data } = broadcast;
  const members = await listMembers(ctx, broadcast, after);
  const audience = members.filter(({ skipped }) => skipped === 0);
  const settings = await readSettings(
    ctx,
    audience.map(({ userId }) => userId),
  );
  const readers = audience.flatMap(({ userId }) => {
    const chosen = settings.get(userId);
    return chosen ? [{ userId, language: chosen.language, channels: chosen.notifications.live }] : [];
  });
  const isToBeMailed = readers.some(({ channels }) => channels.email);
  const spending = { userId: broadcast.creatorId, costs: { mails: 1 }, at: ctx.now() };
  const mails = isMailed ?? (isToBeMailed ? await trySpending(ctx, spending) : undefined);
  const row = broadcastRow({ id, kind, title, body, data: JSON.stringify(data), createdAt: at, isRead: 0 });
  const languages = [...new Set(readers.map(({ language }) => language))];
  const announced = await presentInLanguages(ctx, row, null, languages);
  const last = members.length === MEMBERS_AT_ONCE ? members.at(-1) : undefined;
  const next: FanOut[] = last
    ? [
        {
          ...{ type: 'fan-out-broadcast', broadcastId, at, after: [last.since, last.userId] },
          ...(mails === undefined ? {} : { isMailed: mails }),
        },
      ]
    : [];
  const reached = mails === false ? readers.map(withoutMail) : readers;
  const streamId = typeof data.streamId === 'string' ? data.streamId : id;
  await reach(ctx, reached, announced, id, { kind, actorId: broadcast.creatorId, streamId }, next);
}

function withoutMail(reader: Reader): Reader {
  return { ...reader, channels: { ...reader.channels, email: false } };
}

interface MemberRow {
  readonly userId: string;
  /** When (ms) they followed or subscribed. */
  readonly since: number;
  /**
   * 1: a subscriber who also follows, or who is behind a block, since a block only ends a subscription with its month.
   */
  readonly skipped: number;
}

/** Merges two ranges of an index, at most a page of each. A skipped member takes a place, so a page never reads on. */
function listMembers(
  ctx: Context,
  { creatorId, createdAt: until, audience }: Pick<BroadcastRow, 'creatorId' | 'createdAt' | 'audience'>,
  after: MemberPosition | null,
): Promise<MemberRow[]> {
  const [since, userId] = after ?? [0, ''];
  const max = literal(MEMBERS_AT_ONCE);
  // A stream for subscribers was announced to them just before: only the others are notified of this one.
  const isToldAlready = sql`EXISTS (SELECT 1 FROM ${announcements} told WHERE told.creator_id = ${creatorId}
    AND told.audience = 'subscribers' AND told.announced_at > ${until - ANNOUNCED_AGAIN_AFTER_MS} AND told.announced_at < ${until})`;
  const followers = sql`SELECT * FROM (
    SELECT f.follower_id AS userId, f.created_at AS since,
      (${isToldAlready} AND ${subscribes(sql`f.follower_id`, sql`f.creator_id`, until)}) AS skipped
    FROM ${follows} AS f CROSS JOIN ${users} AS u ON u.id = f.follower_id AND ${isActive(sql`u`)}
    WHERE f.creator_id = ${creatorId} AND f.created_at <= ${until}
      AND (f.created_at, f.follower_id) > (${since}, ${userId})
    ORDER BY f.created_at, f.follower_id LIMIT ${max})`;
  const isFollower = followsCreator(sql`s.subscriber_id`, sql`s.creator_id`, until);
  const isSkipped = sql`(${audience === 'members' ? sql`${isFollower} OR ${isToldAlready}` : sql`0`} OR ${isBlockBetween(sql`s.subscriber_id`, sql`s.creator_id`)})`;
  const subscribers = sql`SELECT * FROM (
    SELECT s.subscriber_id AS userId, s.started_at AS since, ${isSkipped} AS skipped
    FROM ${subscriptions} AS s INDEXED BY subscriptions_open_of_creator
    CROSS JOIN ${users} AS u ON u.id = s.subscriber_id AND ${isActive(sql`u`)}
    WHERE s.creator_id = ${creatorId} AND ${isOpenSubscription(sql`s`)} AND s.started_at <= ${until}
      AND (s.started_at, s.subscriber_id) > (${since}, ${userId})
    ORDER BY s.started_at, s.subscriber_id LIMIT ${max})`;
  const members = audience === 'members' ? sql`${followers} UNION ALL ${subscribers}` : subscribers;
  return ctx.db.all<MemberRow>(sql`SELECT * FROM (${members}) ORDER BY since, userId LIMIT ${max}`);
}
