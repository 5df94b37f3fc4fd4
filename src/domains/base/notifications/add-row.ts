/**
 * Writes a notification into a user's list, unless it is no longer true. The id comes from the outbox, so a repeated
 * event adds nothing.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { NewNotification } from '@/contracts/messages';
import { toIso } from '@/shared/time';
import { claimOf, stillSo } from './claim';
import type { PresentedNotification } from './present';
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
): Promise<PresentedNotification | undefined> {
  const { userId, kind, title, body, data = {} } = notification;
  const createdAt = ctx.now();
  const [, found] = await ctx.db.batch([
    insertRow(ctx, notification, { id, createdAt, inApp }),
    ctx.db.all(sql`SELECT 1 FROM ${notifications} WHERE id = ${id} AND user_id = ${userId}`),
  ]);
  if (found.length === 0) return undefined;
  return { id, kind, title, body, data: { ...data }, read: false, createdAt: toIso(createdAt) };
}

/** Inserts the row, for a group with its first actor, unless the row or its group already exists. */
export function insertRow(
  ctx: Context,
  notification: NewNotification,
  { id, createdAt, inApp, wokenBy }: NewRow,
): Statement {
  const { userId, kind, title, body, data = {}, about, gather } = notification;
  const actors = gather ? [gather.actorId] : [];
  return ctx.db.run(sql`
    INSERT INTO ${notifications} (id, user_id, kind, title, body, data, about, group_key, actor_count, last_actors,
      woken_by, in_app, created_at)
    SELECT ${id}, ${userId}, ${kind}, ${title}, ${body}, ${JSON.stringify(data)}, ${about?.join('/') ?? null},
      ${gather?.group ?? null}, ${actors.length}, ${JSON.stringify(actors)}, ${wokenBy ?? null}, ${Number(inApp)}, ${createdAt}
    WHERE ${stillSo(userId, claimOf(notification))}
    ON CONFLICT DO NOTHING`);
}
