/** Who joins a channel's LiveKit room although they may not watch is taken out again: tokens outlive bans. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit } from '@/db/commit';
import { channels } from '@/domains/channels/tables';
import type { MediaEvent } from '@/providers/media';
import { type ShutOutRow, shutOutColumns, shutOutOf } from './standing';

/** Answers whether it was the channel's creator. Guests have no account that could be banned. */
export async function applyParticipantJoined(
  ctx: Context,
  { room, identity }: Extract<MediaEvent, { type: 'participant_joined' | 'participant_left' }>,
): Promise<boolean> {
  const row = await ctx.db.get<(ShutOutRow & { creator: number }) | undefined>(sql`
    SELECT channels.creator_id = users.id AS creator, ${shutOutColumns(channels.id, channels.creatorId)}
    FROM channels JOIN users ON users.id = ${identity}
    WHERE channels.id = ${room}`);
  if (row && shutOutOf(row)) {
    await commit(ctx, [], { events: [{ kind: 'remove-participant', roomId: room, identity, at: ctx.now() }] });
    return false;
  }
  return row?.creator === 1;
}
