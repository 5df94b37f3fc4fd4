/** Wire shapes of follows and blocks. */
import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { cursorPageOf, cursorQuery } from '@/http/envelope';

/** To those who block somebody; the other one is told that there is no such user. */
export const blockedByYou = z.literal(true).optional().openapi({
  description: 'You block them: beside the card all is empty until you unblock them. Absent otherwise.',
});

export const FollowStatus = z
  .object({
    following: z.boolean().openapi({ description: 'Whether you follow them; false for guests.' }),
    followedBy: z.boolean().openapi({ description: 'Whether they follow you; false for guests.' }),
    followerCount: z.int(),
    followingCount: z.int().nullable().openapi({ description: 'Null: they do not show it.' }),
    blockedByYou,
  })
  .openapi('FollowStatus');

export const BlocksQuery = z.strictObject(cursorQuery);
export const BlockPage = cursorPageOf(PublicCard.extend({ blockedAt: z.iso.datetime() }).openapi('BlockedUser'));
/** When the block began (ms), and whom it is of. */
export const BlockPosition = z.tuple([z.int(), z.string()]);

export const BlockStatus = z
  .object({ blocked: z.boolean().openapi({ description: 'Whether you block them.' }) })
  .openapi('BlockStatus');
