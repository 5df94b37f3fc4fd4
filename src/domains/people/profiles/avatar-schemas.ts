/** Wire shapes of avatars. */
import { z } from '@hono/zod-openapi';

export const AvatarUpload = z
  .strictObject({ avatar: z.string().openapi({ format: 'binary' }) })
  .openapi('AvatarUpload');

export const Avatar = z
  .object({
    avatarUrl: z.string().openapi({ description: 'Add `?w=128` or `?w=320` for a smaller image.' }),
    width: z.int(),
    height: z.int(),
  })
  .openapi('Avatar');
