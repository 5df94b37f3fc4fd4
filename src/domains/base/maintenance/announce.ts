/**
 * Sends a changed maintenance window to every open room, a page at a time: live rooms, then scheduled ones, then support
 * chats and users' rooms. Rooms keep the newest revision, so pages may repeat and overtake each other.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent, TaskMessage } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { planForEach } from '@/db/outbox';
import { lastRooms, userRoomLive } from '@/domains/live/rooms/tables';
import { streams } from '@/domains/live/streams/tables';
import { supportThreads } from '@/domains/operations/support-chat/tables';
import { maintenanceOf, maintenanceQuery } from './read';

export const ROOMS_A_PAGE = 200;

type Announcement = Extract<TaskMessage, { type: 'announce-maintenance' }>;

/** Stops if the window was changed again: the later announcement reaches every room. */
export async function announceMaintenance(ctx: Context, { revision, after }: Announcement): Promise<void> {
  const [current, rooms] = await Promise.all([maintenanceQuery(ctx).then(maintenanceOf), listOpenRooms(ctx, after)]);
  const last = rooms.at(-1);
  if (current.revision !== revision || !last) return;
  const id = `maintenance:${revision}`;
  const event: OutboxEvent = { kind: 'room', roomId: '', command: { type: 'maintenance', maintenance: current } };
  const deliver: TaskMessage = { type: 'sweep', name: 'sweepOutbox', until: ctx.now() };
  const next: TaskMessage[] =
    rooms.length === ROOMS_A_PAGE ? [{ type: 'announce-maintenance', revision, after: [last.status, last.id] }] : [];
  await commit(
    ctx,
    [
      planForEach(
        ctx,
        id,
        event,
        'roomId',
        rooms.map((room) => room.id),
      ),
    ],
    { events: [deliver, ...next].map((task) => ({ kind: 'task', task })), evenIfUnchanged: true },
  );
}

/**
 * The kinds of rooms are listed in the order of their names. A support chat counts as open if its user or its assignee
 * has ever entered it: a room that nobody is in ignores the announcement.
 */
function listOpenRooms(ctx: Context, after: Announcement['after']): Promise<{ id: string; status: string }[]> {
  const [status, id] = after ?? ['', ''];
  const afterThread = status === 'support' ? id : '';
  const afterRoom = status === 'user' ? id : '';
  const [mayBeStream, mayBeSupport] = [status < 'support', status < 'user'];
  return ctx.db.all(sql`
    SELECT * FROM (SELECT id, status FROM ${streams} INDEXED BY streams_by_status
      WHERE ${mayBeStream} AND status IN ('live', 'scheduled') AND (status, id) > (${status}, ${id})
      ORDER BY status, id LIMIT ${ROOMS_A_PAGE})
    UNION ALL
    SELECT * FROM (SELECT id, 'support' AS status FROM ${supportThreads}
      WHERE ${mayBeSupport} AND id > ${afterThread} AND EXISTS (SELECT 1 FROM ${lastRooms}
        WHERE room_id = support_threads.id AND user_id IN (support_threads.user_id, support_threads.assignee_id))
      ORDER BY id LIMIT ${ROOMS_A_PAGE})
    UNION ALL
    SELECT * FROM (SELECT room_id, 'user' FROM ${userRoomLive}
      WHERE room_id > ${afterRoom} ORDER BY room_id LIMIT ${ROOMS_A_PAGE})
    ORDER BY status, id LIMIT ${ROOMS_A_PAGE}`);
}
