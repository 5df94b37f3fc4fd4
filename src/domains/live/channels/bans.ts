/** Bans from a channel, which hold for its streams of today and tomorrow. Statement builders: moderation commits them. */
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

/** Whoever is banned stays so for the reason first given. */
export function banFromChannel(ctx: Context, ban: Ban): Statement {
  return ctx.db
    .insert(channelBans)
    .values({ ...ban, createdAt: ctx.now() })
    .onConflictDoNothing();
}

export function unbanFromChannel(ctx: Context, channelId: string, userId: string): Statement {
  return ctx.db.delete(channelBans).where(and(eq(channelBans.channelId, channelId), eq(channelBans.userId, userId)));
}
