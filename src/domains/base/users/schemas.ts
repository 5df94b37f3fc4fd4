/** A user on the wire: for themselves (User) and for everybody (PublicCard). */
import { z } from '@hono/zod-openapi';
import { orNull } from '@/http/envelope';
import { aLine } from '@/http/fields';
import { GUIDE_STATUSES, RANKS, ROLES } from '@/shared/actor';

const DISPLAY_NAME_CHARACTERS_MAX = 50;

/** In any script, including emoji. */
export const displayName = aLine(DISPLAY_NAME_CHARACTERS_MAX);

export const Link = z
  .object({ label: z.string(), url: z.string() })
  .openapi('Link', { example: { label: 'My band', url: 'https://footlight.example/lanterns' } });

export const User = z
  .object({
    id: z.uuid(),
    email: z.string(),
    username: z.string(),
    displayName: z.string(),
    stage: z
      .object({ username: z.string(), displayName: z.string() })
      .optional()
      .openapi({
        description:
          "The names that everyone else sees, while a performer's `anonymousMode` is on. The account's own names above are " +
          'shown to the user and to staff only.',
      }),
    role: z.enum(ROLES),
    rank: z.enum(RANKS).optional().openapi({ description: 'Only for staff.' }),
    creatorStatus: z.enum(['NONE', 'PENDING', 'APPROVED', 'REJECTED']),
    guideStatus: z.enum(GUIDE_STATUSES),
    avatarUrl: z.string().nullable(),
    bio: z.string(),
    gender: z.string().nullable(),
    birthDate: z.string().nullable(),
    country: z.string().nullable(),
    links: z.array(Link).openapi({ description: "The user's pages on other sites." }),
    verified: z.boolean().openapi({ description: 'Whether the email address is verified.' }),
    twoFactorEnabled: z.boolean(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    lastLogin: z.iso.datetime().nullable(),
    hidden: z.literal(true).optional().openapi({
      description: 'The profile is hidden from everyone else, while a report about it is reviewed.',
    }),
  })
  .openapi('User');

export const PublicCard = z
  .object({
    id: z.uuid(),
    username: z.string(),
    displayName: z.string(),
    avatarUrl: z.string().nullable(),
    role: z.enum(ROLES).openapi({ description: '`viewer` until the creator application is approved.' }),
    isLive: z.boolean(),
    followerCount: z.int(),
    following: z
      .boolean()
      .optional()
      .openapi({
        description:
          'Whether you follow the user; false for yourself. Absent for guests, in events of rooms, and in the lists by ' +
          'which staff act on users.',
      }),
  })
  .openapi('PublicCard');

/** Someone in a record that outlives their account, such as an order. */
export const RecordedCard = orNull(PublicCard).openapi({
  description: '`Deleted user` if the account was deleted. Null if nothing of it is kept.',
});
