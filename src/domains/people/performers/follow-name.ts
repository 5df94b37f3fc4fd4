/**
 * Carries a performer's new name to where the old one was written down: titles made of it, notifications to others, and
 * the messages and gifts of rooms. Each step reads the name that is true then, so steps may repeat and overtake each
 * other.
 */
import type { Context } from '@/contracts/context';
import type { OutboxEvent, TaskMessage } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { renameInNotifications } from '@/domains/base/notifications/rename';
import { renameDefaultTitle } from '@/domains/live/channels/default-title';
import { listTracedRooms, ROOMS_A_STEP } from '@/domains/live/rooms/traces';
import { renameDefaultTitles } from '@/domains/live/streams/rename';

type Step = Extract<TaskMessage, { type: 'follow-name' }>;

/**
 * The events of a change of the names that everyone sees: open rooms read the user again at once, and a task does the
 * rest. @param from the display name before
 */
export function renamed(userId: string, from: string): OutboxEvent[] {
  return [
    { kind: 'user-changed', userId },
    { kind: 'task', task: { type: 'follow-name', userId, from, after: null } },
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
    await ctx.queues.tasks.send({ type: 'follow-name', userId, from, after: isDone ? '' : null });
    return;
  }
  const rooms = await listTracedRooms(ctx, userId, after);
  const next: OutboxEvent[] =
    rooms.length === ROOMS_A_STEP
      ? [{ kind: 'task', task: { type: 'follow-name', userId, from, after: rooms.at(-1) ?? '' } }]
      : [];
  const renames = rooms.map(
    (roomId): OutboxEvent => ({ kind: 'room', roomId, command: { type: 'rename-user', userId } }),
  );
  if (rooms.length > 0) await commit(ctx, [], { events: [...renames, ...next], evenIfUnchanged: true });
}
