/**
 * A creator who goes live tells all followers by one row, written with the stream's start and merged into the list of
 * each as it is read. Only mail, push and open rooms are gone over, in pages through the tasks queue.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import type { Statement } from '@/db/commit';
import { trySpending } from '@/domains/budgets/spend';
import { readSettings } from '@/domains/settings/read';
import type { streams } from '@/domains/streams/tables';
import { users } from '@/domains/users/tables';
import type { FollowerPosition, OutboxEvent, TaskMessage } from '@/queues/messages';
import { toIso } from '@/shared/time';
import { isLive } from './claim';
import { type Reader, reach } from './reach';
import { broadcasts } from './tables';

/** Of a creator: what came before tells of streams that are over. It bounds what a list reads for each follow. */
const BROADCASTS_KEPT = 3;
/** Each may be in five rooms, and every room is a call: of the 10,000 that an invocation has, a batch of five pages then takes a quarter. */
export const FOLLOWERS_AT_ONCE = 100;
const TOLD_VISIBILITIES: readonly string[] = ['public', 'followers'];

type Stream = Pick<typeof streams.$inferSelect, 'id' | 'creatorId' | 'title' | 'visibility'>;

/** For the batch that takes the stream live. Nobody is told twice of one stream, nor of one that is not for followers. */
export function announceLive(ctx: Context, stream: Stream): { statements: Statement[]; events: OutboxEvent[] } {
  const { id, creatorId, title, visibility } = stream;
  if (!TOLD_VISIBILITIES.includes(visibility)) return { statements: [], events: [] };
  const at = ctx.now();
  const data = JSON.stringify({ streamId: id, creatorId });
  return {
    statements: [
      ctx.db.run(sql`
        INSERT INTO ${broadcasts} (id, creator_id, kind, title, body, data, created_at)
        SELECT ${id}, users.id, 'live', users.display_name || ' is live', ${title}, ${data}, CAST(${at} AS INTEGER)
        FROM users WHERE users.id = ${creatorId}
        ON CONFLICT DO NOTHING`),
      ctx.db.run(sql`
        DELETE FROM ${broadcasts} WHERE creator_id = ${creatorId} AND id NOT IN (
          SELECT id FROM broadcasts WHERE creator_id = ${creatorId}
          ORDER BY created_at DESC, id DESC LIMIT ${BROADCASTS_KEPT})`),
    ],
    events: [{ kind: 'task', task: { type: 'fan-out-broadcast', broadcastId: id, at, after: null } }],
  };
}

type FanOut = Extract<TaskMessage, { type: 'fan-out-broadcast' }>;

/**
 * A page of the followers whom the creator had then, by the time of their follow, and queues the page after it. Nobody
 * is told once the stream is over: the list alone still says that it was.
 * @param at when (ms) it was announced: of a second announcement nobody is told
 * @param isMailed whether the creator's daily budget had a mail left for it; undefined until someone is to be mailed
 */
export async function fanOutBroadcast(
  ctx: Context,
  broadcastId: string,
  at: number,
  after: FollowerPosition | null,
  isMailed?: boolean,
): Promise<void> {
  const isActive = sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${broadcasts.creatorId} AND status = 'active')`;
  const broadcast = await ctx.db
    .select()
    .from(broadcasts)
    .where(and(eq(broadcasts.id, broadcastId), isActive, isLive(broadcastId)))
    .get();
  if (broadcast?.createdAt !== at) return;
  const { id, kind, title, body, data } = broadcast;
  const followers = await listFollowers(ctx, broadcast.creatorId, at, after);
  const settings = await readSettings(
    ctx,
    followers.map(({ userId }) => userId),
  );
  const readers = followers.flatMap(({ userId }) => {
    const channels = settings.get(userId)?.notifications.live;
    return channels ? [{ userId, channels }] : [];
  });
  const isToBeMailed = readers.some(({ channels }) => channels.email);
  const spending = { userId: broadcast.creatorId, costs: { mails: 1 }, at: ctx.now() };
  const mails = isMailed ?? (isToBeMailed ? await trySpending(ctx, spending) : undefined);
  const told = { id, kind, title, body, data: { ...data }, read: false, createdAt: toIso(at) };
  const last = followers.length === FOLLOWERS_AT_ONCE ? followers.at(-1) : undefined;
  const next: FanOut[] = last
    ? [
        {
          ...{ type: 'fan-out-broadcast', broadcastId, at, after: [last.followedAt, last.userId] },
          ...(mails === undefined ? {} : { isMailed: mails }),
        },
      ]
    : [];
  const reached = mails === false ? readers.map(withoutMail) : readers;
  await reach(ctx, reached, told, id, { kind, actorId: broadcast.creatorId, streamId: id }, next);
}

function withoutMail({ userId, channels }: Reader): Reader {
  return { userId, channels: { ...channels, email: false } };
}

function listFollowers(ctx: Context, creatorId: string, until: number, after: FollowerPosition | null) {
  const [followedAt, userId] = after ?? [0, ''];
  return ctx.db.all<{ userId: string; followedAt: number }>(sql`
    SELECT f.follower_id AS userId, f.created_at AS followedAt
    FROM follows AS f CROSS JOIN users AS u ON u.id = f.follower_id AND u.status = 'active'
    WHERE f.creator_id = ${creatorId} AND f.created_at <= ${until}
      AND (f.created_at, f.follower_id) > (${followedAt}, ${userId})
    ORDER BY f.created_at, f.follower_id LIMIT ${FOLLOWERS_AT_ONCE}`);
}
