/** A picture of oneself. */
import { z } from '@hono/zod-openapi';

export const AvatarUpload = z
  .strictObject({ avatar: z.string().openapi({ format: 'binary' }) })
  .openapi('AvatarUpload');

export const Avatar = z
  .object({
    avatarUrl: z.string().openapi({ description: '`?w=128` or `?w=320` on it asks for a smaller one.' }),
    width: z.int(),
    height: z.int(),
  })
  .openapi('Avatar');
