/**
 * Writes a notification into a user's list, unless it is no longer true. The id comes from the outbox, so a repeated
 * event adds nothing.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { NewNotification } from '@/contracts/messages';
import { LANGUAGE_DEFAULT, speechOf } from '@/texts/languages';
import { sentenceOf } from '@/texts/sentences';
import { claimOf, stillSo } from './claim';
import { type NotificationRow, notificationColumns } from './present';
import { notifications } from './tables';

interface NewRow {
  readonly id: string;
  readonly createdAt: number;
  /** False: the user turned this kind off in the app, so no list shows the row. */
  readonly inApp: boolean;
  /** For a group: the id of the event that announces the row, or null. */
  readonly wokenBy?: SQL;
}

/** Adds a single notification. @returns undefined if it is no longer true */
export async function addRow(
  ctx: Context,
  id: string,
  notification: NewNotification,
  inApp: boolean,
): Promise<NotificationRow | undefined> {
  const { userId } = notification;
  const [, rows] = await ctx.db.batch([
    insertRow(ctx, notification, { id, createdAt: ctx.now(), inApp }),
    ctx.db.all<NotificationRow>(sql`
      SELECT ${notificationColumns(sql`0`)} FROM ${notifications} WHERE id = ${id} AND user_id = ${userId}`),
  ]);
  return rows[0];
}

/** Inserts the row, for a group with its first actor, unless the row or its group already exists. */
export function insertRow(
  ctx: Context,
  notification: NewNotification,
  { id, createdAt, inApp, wokenBy }: NewRow,
): Statement {
  const { userId, kind, about, gather } = notification;
  const { title, body, data, isMade } = storedText(notification);
  const actors = gather ? [gather.actorId] : [];
  return ctx.db.run(sql`
    INSERT INTO ${notifications} (id, user_id, kind, title, body, data, text_made, about, group_key, actor_count,
      last_actors, woken_by, in_app, created_at)
    SELECT ${id}, ${userId}, ${kind}, ${title}, ${body}, ${data}, ${isMade}, ${about?.join('/') ?? null},
      ${gather?.group ?? null}, ${actors.length}, ${JSON.stringify(actors)}, ${wokenBy ?? null}, ${Number(inApp)}, ${createdAt}
    WHERE ${stillSo(userId, claimOf(notification))}
    ON CONFLICT DO NOTHING`);
}

interface StoredText {
  readonly title: string;
  readonly body: string;
  /** JSON. */
  readonly data: string;
  /** 1: readers get a text made of the data, in their language and with the names of the moment. */
  readonly isMade: 0 | 1;
}

/**
 * What the row has for exports, and for a version that makes no texts: English, and without names, since those change.
 * Readers get it only if the event came with a finished text.
 */
export function storedText({ kind, title, body = '', data = {} }: NewNotification): StoredText {
  const facts = JSON.stringify(data);
  if (title !== undefined) return { title, body, data: facts, isMade: 0 };
  return { ...sentenceOf(speechOf(LANGUAGE_DEFAULT), kind, data), data: facts, isMade: 1 };
}
