/** What the caller is in a room, for the answer to joining one. */
import { z } from '@hono/zod-openapi';
import type { Admitted } from './admit';

export const RoomYou = z
  .object({ host: z.boolean(), coHost: z.boolean(), speaker: z.boolean(), moderator: z.boolean() })
  .openapi('RoomYou', { description: 'What you are in the room. `speaker`: you are on the stage.' });

/** Only rooms of users have co-hosts, who moderate there. */
export function presentYou({ door, relation }: Admitted): z.input<typeof RoomYou> {
  const { creator: host = false, moderator = false, speaker = false } = relation?.user.standing ?? {};
  return { host, coHost: door.kind === 'user' && moderator, speaker: host || speaker, moderator: host || moderator };
}
