/** Wire shapes of follows and blocks. */
import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { cursorPageOf, cursorQuery } from '@/http/envelope';

/** Only the blocker gets this field. For the blocked user, the blocker does not exist. */
export const blockedByYou = z.literal(true).optional().openapi({
  description: 'You block them: everything except the card is empty until you unblock them. Absent otherwise.',
});

export const FollowStatus = z
  .object({
    following: z.boolean().openapi({ description: 'Whether you follow them; false for guests.' }),
    followedBy: z.boolean().openapi({ description: 'Whether they follow you; false for guests.' }),
    followerCount: z.int(),
    followingCount: z.int().nullable().openapi({ description: 'Null if they hide it.' }),
    blockedByYou,
  })
  .openapi('FollowStatus');

export const BlocksQuery = z.strictObject(cursorQuery);
export const BlockPage = cursorPageOf(PublicCard.extend({ blockedAt: z.iso.datetime() }).openapi('BlockedUser'));
/** When the block began (ms), and the blocked user's id. */
export const BlockPosition = z.tuple([z.int(), z.string()]);

export const BlockStatus = z
  .object({ blocked: z.boolean().openapi({ description: 'Whether you block them.' }) })
  .openapi('BlockStatus');
