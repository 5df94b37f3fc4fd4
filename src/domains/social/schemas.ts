/** Wire shapes of follows and blocks. */
import { z } from '@hono/zod-openapi';

export const FollowStatus = z
  .object({
    following: z.boolean().openapi({ description: 'Whether you follow them; false for guests.' }),
    followedBy: z.boolean().openapi({ description: 'Whether they follow you; false for guests.' }),
    followerCount: z.int(),
    followingCount: z.int().nullable().openapi({ description: 'Null: they do not show it.' }),
  })
  .openapi('FollowStatus');

export const BlockStatus = z
  .object({ blocked: z.boolean().openapi({ description: 'Whether you block them.' }) })
  .openapi('BlockStatus');
