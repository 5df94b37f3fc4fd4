/**
 * Carries a performer's new name to where the old one was written down: titles made of it, the encoder in the video
 * room, notifications to others, and the messages and gifts of rooms. Each step reads the name that is true then, so
 * steps may repeat and overtake each other.
 */
import { and, eq, isNotNull } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent, TaskMessage } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { renameInNotifications } from '@/domains/base/notifications/rename';
import { renameDefaultTitle } from '@/domains/live/channels/default-title';
import { channels } from '@/domains/live/channels/tables';
import { listTracedRooms, ROOMS_A_STEP } from '@/domains/live/rooms/traces';
import { renameDefaultTitles, setupsOfDefaultTitles } from '@/domains/live/streams/rename';

type Step = Extract<TaskMessage, { type: 'follow-name' }>;

/** Later than rooms report who wrote in them, which they do ten minutes after a message. */
const LATER_SECONDS = 15 * 60;

/**
 * The events of a change of the names that everyone sees: open rooms read the user again at once, and a task does the
 * rest. Another looks for rooms that had not reported the user yet.
 * @param from the display name before
 */
export function renamed(userId: string, from: string): OutboxEvent[] {
  const step: Step = { type: 'follow-name', userId, from, after: null };
  return [
    { kind: 'user-changed', userId },
    { kind: 'task', task: step },
    { kind: 'task', task: step, delaySeconds: LATER_SECONDS },
  ];
}

/** One page of texts, or else of rooms. Queues the next. */
export async function followName(ctx: Context, { userId, from, after }: Step): Promise<void> {
  if (after === null) {
    // Streams come last: after a write to them, a statement that changes nothing seems to have changed a row.
    const results = (await commit(ctx, [
      ...renameInNotifications(ctx, userId, from),
      renameDefaultTitle(ctx, userId, from),
      renameDefaultTitles(ctx, userId, from),
    ])) as D1Result[]; // statements without rows
    const isDone = results.every(({ meta }) => meta.changes === 0);
    const setups = isDone ? await setupsOfDefaultTitles(ctx, userId) : [];
    if (setups.length > 0) await commit(ctx, [], { events: setups, evenIfUnchanged: true });
    await ctx.queues.tasks.send({ type: 'follow-name', userId, from, after: isDone ? '' : null });
    if (isDone) await renameEncoder(ctx, userId);
    return;
  }
  const rooms = await listTracedRooms(ctx, userId, after);
  const next: OutboxEvent[] =
    rooms.length === ROOMS_A_STEP
      ? [{ kind: 'task', task: { type: 'follow-name', userId, from, after: rooms.at(-1) ?? '' } }]
      : [];
  const renames = rooms.map(
    (roomId): OutboxEvent => ({ kind: 'room', roomId, command: { type: 'rename-user', userId, from } }),
  );
  if (rooms.length > 0) await commit(ctx, [], { events: [...renames, ...next], evenIfUnchanged: true });
}

/** An encoder that is running keeps its name until its show is over, since a change would interrupt it. */
async function renameEncoder(ctx: Context, userId: string): Promise<void> {
  const keyed = and(eq(channels.creatorId, userId), isNotNull(channels.ingressId));
  const channel = await ctx.db.select({ id: channels.id }).from(channels).where(keyed).get();
  if (channel) await ctx.queues.tasks.send({ type: 'align-ingress', channelId: channel.id });
}
