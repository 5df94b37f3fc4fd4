/** Bans from a channel, which apply to its current and future streams. Statement builders: moderation commits them. */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { channelBans } from './tables';

interface Ban {
  readonly channelId: string;
  readonly userId: string;
  readonly bannedBy: string;
  readonly reason: string | null;
}

/** Keeps the first reason if the user is already banned. */
export function banFromChannel(ctx: Context, ban: Ban): Statement {
  return ctx.db
    .insert(channelBans)
    .values({ ...ban, createdAt: ctx.now() })
    .onConflictDoNothing();
}

export function unbanFromChannel(ctx: Context, channelId: string, userId: string): Statement {
  return ctx.db.delete(channelBans).where(and(eq(channelBans.channelId, channelId), eq(channelBans.userId, userId)));
}
