/** How far the provider's events of a channel have been applied. */
import { and, eq, lt } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { channels } from './tables';

/** Changes no row if an event at least as new was already applied. @param at the event's own time in ms */
export function advanceMediaMark(ctx: Context, channelId: string, at: number): Statement {
  return ctx.db
    .update(channels)
    .set({ mediaEventAt: at })
    .where(and(eq(channels.id, channelId), lt(channels.mediaEventAt, at)));
}
