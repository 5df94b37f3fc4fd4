/** Changes a user's settings in one statement, so that concurrent changes to different settings all take effect. */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { differs } from '@/db/differs';
import { getSettings } from './read';
import type { SettingsRequest } from './schemas';
import { userSettings } from './tables';

type Changes = z.output<typeof SettingsRequest>;

/** Keeps settings that were not sent, down to one channel of one group. */
export async function changeSettings(ctx: Context, userId: string, changes: Changes) {
  if (saysSomething(changes)) await commit(ctx, [putSettings(ctx, userId, changes)]);
  return getSettings(ctx, userId);
}

/** Whether anything was chosen: `{}` and `{ "privacy": {} }` write no row. */
function saysSomething(changes: object): boolean {
  return Object.values(changes).some((value) => (typeof value === 'object' ? saysSomething(value) : true));
}

function putSettings(ctx: Context, userId: string, changes: Changes): Statement {
  const { language, notifications, privacy: { messagesFrom, showActivity } = {}, autoplay, matureContent } = changes;
  const set = {
    ...(language === undefined ? {} : { language }),
    ...(messagesFrom === undefined ? {} : { messagesFrom }),
    ...(showActivity === undefined ? {} : { showActivity }),
    ...(autoplay === undefined ? {} : { autoplay }),
    ...(matureContent === undefined ? {} : { matureContent }),
  };
  const updatedAt = ctx.now();
  const patched = sql`json_patch(user_settings.notifications, excluded.notifications)`;
  return ctx.db
    .insert(userSettings)
    .values({ userId, ...set, notifications: chosen(notifications), updatedAt })
    .onConflictDoUpdate({
      target: userSettings.userId,
      set: { ...set, notifications: patched, updatedAt },
      setWhere: sql`(${differs(userSettings, set)} OR user_settings.notifications <> ${patched})`,
    });
}

/** Leaves out undefined fields. In a merge patch only `null` deletes a field, and the schema allows none. */
function chosen(notifications: Changes['notifications'] = {}): typeof userSettings.$inferInsert.notifications {
  return JSON.parse(JSON.stringify(notifications));
}
