/** Shapes that several events of a room share. */
import { z } from '@hono/zod-openapi';
import { ROLES } from '@/shared/actor';

export const id = z.uuid();
/** ISO 8601. */
export const time = z.iso.datetime();
export const streamId = id.describe('The room. A stream’s room has the stream’s id.');

/** A person, as every list shows them. */
export const Card = z.strictObject({
  id,
  username: z.string(),
  displayName: z.string(),
  avatarUrl: z.string().nullable(),
  role: z.enum(ROLES),
  isLive: z.boolean(),
  followerCount: z.int(),
});

/** An event as the room sends it: its name, its fields, and `seq` if it is durable. */
export function event<const T extends string, S extends z.core.$ZodLooseShape>(type: T, shape: S) {
  return z.strictObject({ type: z.literal(type), ...shape });
}
