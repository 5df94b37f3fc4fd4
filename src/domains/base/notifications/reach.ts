/**
 * Delivers a notification beyond the list: to the users' open rooms immediately, and to mail and Web Push through the
 * tasks queue. Each mail and each browser has its own message, so each is retried separately.
 */

import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { NotificationClaim, PushText, TaskMessage } from '@/contracts/messages';
import type { Channels, NotificationKind } from '@/contracts/notification-kinds';
import { sessionIsActive } from '@/domains/base/users/session-active';
import { isOpenRoom } from '@/domains/base/visibility/streams';
import { lastRooms } from '@/domains/live/rooms/tables';
import { isLasting } from './kinds';
import { countOutside } from './outside';
import type { PresentedNotification } from './schemas';

/** The platform's limit for one call. */
const MESSAGES_AT_ONCE = 100;
/** Below the six connections that an invocation may have open. */
const ROOMS_AT_ONCE = 5;
const BODY_CHARACTERS_MAX = 300;
const TITLE_CHARACTERS_MAX = 150;

export interface Reader {
  readonly userId: string;
  /** BCP 47, as in their settings. */
  readonly language: string;
  readonly channels: Channels;
}

/** The notification in each language of the readers. */
type Announced = ReadonlyMap<string, PresentedNotification>;

/**
 * @param eventId the key of a mail: each reader gets one per event
 * @param claim checked again before each mail and push
 * @param next queued together with the last messages, so that a retry after a failure queues it once
 */
export async function reach(
  ctx: Context,
  readers: readonly Reader[],
  announced: Announced,
  eventId: string,
  claim: NotificationClaim,
  next: readonly TaskMessage[] = [],
): Promise<void> {
  const choosing = (channel: keyof Channels) => readers.filter(({ channels }) => channels[channel]);
  const idsOf = (chosen: readonly Reader[]) => chosen.map(({ userId }) => userId);
  const [subscriptions, places] = await ctx.db.batch([
    ctx.db.all<{ id: string; userId: string }>(sql`
      SELECT id, user_id AS userId FROM push_subscriptions
      WHERE user_id IN (SELECT value FROM json_each(${JSON.stringify(ctx.push ? idsOf(choosing('push')) : [])}))
        AND ${sessionIsActive(sql`push_subscriptions.session_id`, ctx.now())}`),
    ctx.db.all<EnteredRoom>(placesQuery(idsOf(choosing('inApp')))),
  ]);
  const languages = new Map(readers.map(({ userId, language }) => [userId, language]));
  const textFor = (userId: string) => announced.get(languages.get(userId) ?? '');
  const due = [
    ...subscriptions.flatMap(({ id, userId }) => {
      const text = textFor(userId);
      const push = text && pushText(ctx, claim.kind, text, eventId);
      return push ? [{ type: 'send-push', subscriptionId: id, userId, push, claim } as const] : [];
    }),
    ...choosing('email').flatMap(({ userId, language }) => {
      const text = textFor(userId);
      return text ? [mailTask(userId, language, text, eventId, claim)] : [];
    }),
  ];
  const tasks = isLasting(claim.kind) ? due : await withinBounds(ctx, due, eventId);
  await enqueue(ctx, [...tasks, ...next]);
  // Last, because a failing room is not retried: mail and push are queued by now in any case.
  for (const [language, text] of announced)
    await showInRooms(
      ctx,
      places.filter(({ userId }) => languages.get(userId) === language),
      text,
    );
}

function mailTask(
  userId: string,
  language: string,
  { title, body }: PresentedNotification,
  eventId: string,
  claim: NotificationClaim,
) {
  const key = `${eventId}:${userId}`;
  return { type: 'send-notification-mail', userId, key, title, body, language, claim } as const;
}

/** Leaves out users who reached their hourly limit of mails and pushes. */
async function withinBounds<T extends { userId: string }>(ctx: Context, tasks: readonly T[], eventId: string) {
  const within = await countOutside(ctx, [...new Set(tasks.map(({ userId }) => userId))], eventId);
  return tasks.filter(({ userId }) => within.has(userId));
}

async function enqueue(ctx: Context, tasks: readonly TaskMessage[]): Promise<void> {
  for (let start = 0; start < tasks.length; start += MESSAGES_AT_ONCE)
    await ctx.queues.tasks.sendBatch(tasks.slice(start, start + MESSAGES_AT_ONCE).map((body) => ({ body })));
}

/** Shortens the text, since a push service accepts 4 KB and the app has the whole text. */
function pushText(
  ctx: Context,
  kind: NotificationKind,
  { title, body, data }: PresentedNotification,
  id: string,
): PushText {
  const { frontendUrl } = ctx.config;
  const leadsToStream = frontendUrl !== undefined && typeof data.streamId === 'string';
  const url = leadsToStream ? { url: `${frontendUrl}/stream/${data.streamId}` } : {};
  return { id, kind, title: shorten(title, TITLE_CHARACTERS_MAX), body: shorten(body, BODY_CHARACTERS_MAX), ...url };
}

function shorten(text: string, max: number): string {
  const characters = [...text];
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : text;
}

export interface EnteredRoom {
  readonly userId: string;
  readonly roomId: string;
}

/** The rooms, among those that these users entered last, that are still open. */
export function placesQuery(userIds: readonly string[]): SQL {
  return sql`
    SELECT last_rooms.user_id AS userId, last_rooms.room_id AS roomId
    FROM ${lastRooms}
    WHERE last_rooms.user_id IN (SELECT value FROM json_each(${JSON.stringify(userIds)})) AND ${isOpenRoom()}`;
}

/** A room that is unavailable shows nothing. The notification is still in the list. */
async function showInRooms(
  ctx: Context,
  places: readonly EnteredRoom[],
  notification: PresentedNotification,
): Promise<void> {
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
