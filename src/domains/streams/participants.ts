/** Who joins a channel's LiveKit room although they may not watch is taken out again: tokens outlive bans. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit } from '@/db/commit';
import { channels } from '@/domains/channels/tables';
import { noBlockBetween } from '@/domains/social/visible';
import { users } from '@/domains/users/tables';
import type { MediaEvent } from '@/providers/media';

interface Row {
  creator: number;
  shutOut: number;
}

/** Shut out is who `standing.ts` shuts out of the room. Answers whether it was the channel's creator. Guests have no account that could be banned. */
export async function applyParticipantJoined(
  ctx: Context,
  { room, identity }: Extract<MediaEvent, { type: 'participant_joined' | 'participant_left' }>,
): Promise<boolean> {
  const row = await ctx.db.get<Row | undefined>(sql`
    SELECT channels.creator_id = users.id AS creator,
      users.status <> 'active' OR (
        NOT EXISTS (SELECT 1 FROM staff WHERE staff.user_id = users.id)
        AND (EXISTS (SELECT 1 FROM channel_bans b WHERE b.channel_id = channels.id AND b.user_id = users.id)
          OR NOT (${noBlockBetween(users.id, channels.creatorId)}))
      ) AS shutOut
    FROM channels JOIN users ON users.id = ${identity}
    WHERE channels.id = ${room}`);
  if (row?.shutOut === 1) {
    await commit(ctx, [], { events: [{ kind: 'remove-participant', roomId: room, identity, at: ctx.now() }] });
    return false;
  }
  return row?.creator === 1;
}
