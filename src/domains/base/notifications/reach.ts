/**
 * Brings what was told to who is not looking at the list: into their open rooms at once, and to mail and Web Push
 * through the tasks queue, a message for each mail and each browser, so that each is retried by itself.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Claim, PushText, TaskMessage } from '@/contracts/messages';
import type { Channels } from '@/contracts/notification-kinds';
import { sessionIsActive } from '@/domains/base/users/session-active';
import { isOpen } from '@/domains/base/visibility/streams';
import { streams } from '@/domains/live/streams/tables';
import { isLasting } from './kinds';
import { countOutside } from './outside';
import type { PresentedNotification } from './present';

/** What the platform takes in one call. */
const MESSAGES_AT_ONCE = 100;
/** Below the six connections that an invocation may have open. */
const ROOMS_AT_ONCE = 5;
const BODY_CHARACTERS_MAX = 300;
const TITLE_CHARACTERS_MAX = 150;

export interface Reader {
  readonly userId: string;
  readonly channels: Channels;
}

/**
 * @param eventId what a mail is known by: of one event each reader gets one
 * @param claim what is asked again before each mail and push is sent
 * @param next queued with the last of the messages, so that who does it again after a failure queues it once
 */
export async function reach(
  ctx: Context,
  readers: readonly Reader[],
  told: PresentedNotification,
  eventId: string,
  claim: Claim,
  next: readonly TaskMessage[] = [],
): Promise<void> {
  const choosing = (channel: keyof Channels) =>
    readers.filter(({ channels }) => channels[channel]).map(({ userId }) => userId);
  const [subscriptions, places] = await ctx.db.batch([
    ctx.db.all<{ id: string; userId: string }>(sql`
      SELECT id, user_id AS userId FROM push_subscriptions
      WHERE user_id IN (SELECT value FROM json_each(${JSON.stringify(ctx.push ? choosing('push') : [])}))
        AND ${sessionIsActive(sql`push_subscriptions.session_id`, ctx.now())}`),
    ctx.db.all<Place>(placesQuery(choosing('inApp'))),
  ]);
  const push = pushText(ctx, told, eventId);
  const { title, body } = told;
  const tasks = [
    ...subscriptions.map(({ id, userId }) => ({ type: 'send-push', subscriptionId: id, userId, push, claim }) as const),
    ...choosing('email').map(
      (userId) =>
        ({ type: 'send-notification-mail', userId, key: `${eventId}:${userId}`, title, body, claim }) as const,
    ),
  ];
  const due = isLasting(told.kind) ? tasks : await withinBounds(ctx, tasks, eventId);
  await enqueue(ctx, [...due, ...next]);
  // Last, since of rooms nothing is done again: whatever becomes of them, all else is on its way.
  await tellRooms(ctx, places, told);
}

/** What is not held back from who has been told enough. */
async function withinBounds<T extends { userId: string }>(ctx: Context, tasks: readonly T[], eventId: string) {
  const told = await countOutside(ctx, [...new Set(tasks.map(({ userId }) => userId))], eventId);
  return tasks.filter(({ userId }) => told.has(userId));
}

async function enqueue(ctx: Context, tasks: readonly TaskMessage[]): Promise<void> {
  for (let start = 0; start < tasks.length; start += MESSAGES_AT_ONCE)
    await ctx.queues.tasks.sendBatch(tasks.slice(start, start + MESSAGES_AT_ONCE).map((body) => ({ body })));
}

/** Small: a push service takes 4 KB, and what there is to see is in the app. */
function pushText(ctx: Context, { kind, title, body, data }: PresentedNotification, id: string): PushText {
  const { frontendUrl } = ctx.config;
  const leadsToStream = frontendUrl !== undefined && typeof data.streamId === 'string';
  const url = leadsToStream ? { url: `${frontendUrl}/stream/${data.streamId}` } : {};
  return { id, kind, title: shorten(title, TITLE_CHARACTERS_MAX), body: shorten(body, BODY_CHARACTERS_MAX), ...url };
}

function shorten(text: string, max: number): string {
  const characters = [...text];
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : text;
}

export interface Place {
  readonly userId: string;
  readonly roomId: string;
}

/** The open rooms among those that these users entered last. */
export function placesQuery(userIds: readonly string[]): SQL {
  return sql`
    SELECT last_rooms.user_id AS userId, last_rooms.room_id AS roomId
    FROM last_rooms CROSS JOIN ${streams} ON streams.id = last_rooms.room_id AND ${isOpen()}
    WHERE last_rooms.user_id IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`;
}

/** A room that is away costs the moment and no more: what it would have shown is in the list. */
async function tellRooms(ctx: Context, places: readonly Place[], notification: PresentedNotification): Promise<void> {
  const rooms = [...Map.groupBy(places, ({ roomId }) => roomId)];
  for (let start = 0; start < rooms.length; start += ROOMS_AT_ONCE)
    await Promise.all(
      rooms.slice(start, start + ROOMS_AT_ONCE).map(async ([roomId, there]) => {
        const userIds = there.map(({ userId }) => userId);
        try {
          await ctx.rooms(roomId).tell(userIds, { type: 'user-notification', notification });
        } catch (error) {
          ctx.log.fault(`room ${roomId} notification`, error);
        }
      }),
    );
}
