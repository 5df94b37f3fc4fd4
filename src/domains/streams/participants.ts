/** Who joins a channel's LiveKit room although they may not watch is taken out again: tokens outlive bans. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit } from '@/db/commit';
import type { MediaEvent } from '@/providers/media';

interface Row {
  creator: number;
  shutOut: number;
}

/** Answers whether it was the channel's creator, who may be there. Guests have no account that could be banned. */
export async function applyParticipantJoined(
  ctx: Context,
  { room, identity }: Extract<MediaEvent, { type: 'participant_joined' | 'participant_left' }>,
): Promise<boolean> {
  const row = await ctx.db.get<Row | undefined>(sql`
    SELECT c.creator_id = u.id AS creator,
      u.status <> 'active'
        OR EXISTS (SELECT 1 FROM channel_bans b WHERE b.channel_id = c.id AND b.user_id = u.id)
        OR EXISTS (SELECT 1 FROM blocks WHERE blocker_id = c.creator_id AND blocked_id = u.id) AS shutOut
    FROM channels c JOIN users u ON u.id = ${identity}
    WHERE c.id = ${room}`);
  if (row?.shutOut === 1) {
    await commit(ctx, [], { events: [{ kind: 'remove-participant', roomId: room, identity, at: ctx.now() }] });
    return false;
  }
  return row?.creator === 1;
}
