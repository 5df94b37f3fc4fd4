/** Reads users' settings, with defaults for those they did not choose. */

import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import {
  type Channels,
  GROUP_RULES,
  NOTIFICATION_GROUPS,
  type NotificationGroup,
} from '@/contracts/notification-kinds';
import { LANGUAGE_DEFAULT, type Speech, speechOf } from '@/texts/languages';
import { MESSAGES_FROM, type SettingsRow, userSettings } from './tables';

export interface Settings {
  readonly language: string;
  readonly notifications: Readonly<Record<NotificationGroup, Channels>>;
  readonly privacy: {
    /** Who may start a conversation: anyone, users whom this user follows, or nobody. */
    readonly messagesFrom: (typeof MESSAGES_FROM)[number];
    readonly showActivity: boolean;
  };
  readonly autoplay: boolean;
  readonly matureContent: boolean;
}

/** One statement for any number of users. Every id has an entry, whether or not there is a row. */
export async function readSettings(
  ctx: Pick<Context, 'db'>,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, Settings>> {
  const rows = await ctx.db
    .select()
    .from(userSettings)
    .where(sql`${userSettings.userId} IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`);
  const chosen = new Map(rows.map((row) => [row.userId, row]));
  return new Map(userIds.map((userId) => [userId, withDefaults(chosen.get(userId))]));
}

export async function getSettings(ctx: Context, userId: string): Promise<Settings> {
  const row = await ctx.db.select().from(userSettings).where(eq(userSettings.userId, userId)).get();
  return withDefaults(row);
}

/** The platform's texts in the user's language, for a mail. */
export async function speechFor(ctx: Context, userId: string): Promise<Speech> {
  return speechOf((await getSettings(ctx, userId)).language);
}

/** The table has the same defaults; a test keeps them equal. */
function withDefaults(row?: SettingsRow): Settings {
  return {
    language: row?.language ?? LANGUAGE_DEFAULT,
    notifications: channelsOf(row?.notifications ?? {}),
    privacy: { messagesFrom: row?.messagesFrom ?? MESSAGES_FROM[0], showActivity: row?.showActivity ?? true },
    autoplay: row?.autoplay ?? true,
    matureContent: row?.matureContent ?? false,
  };
}

function channelsOf(chosen: SettingsRow['notifications']): Settings['notifications'] {
  const entries = NOTIFICATION_GROUPS.map(
    (group) => [group, { ...GROUP_RULES[group].channels, ...chosen[group] }] as const,
  );
  return Object.fromEntries(entries) as Settings['notifications']; // one entry for each group
}
