/** Wire shapes of profile changes, public profiles and the search for users. */
import { z } from '@hono/zod-openapi';
import { aCountry } from '@/contracts/codes';
import { displayName, Link, PublicCard } from '@/domains/base/users/schemas';
import { blockedByYou } from '@/domains/people/social/schemas';
import { pageOf, pageQuery } from '@/http/envelope';
import { aLine, aText, optionalSearchText, publicHttpsUrl } from '@/http/fields';
import { ROLES } from '@/shared/actor';

const BIO_CHARACTERS_MAX = 500;
const GENDER_CHARACTERS_MAX = 30;
const LABEL_CHARACTERS_MAX = 40;
const LINKS_MAX = 5;

const link = z.strictObject({
  label: aLine(LABEL_CHARACTERS_MAX),
  url: publicHttpsUrl.openapi({ example: 'https://example.com/ada' }),
});

export const ProfileRequest = z
  .strictObject({
    displayName,
    bio: aText(BIO_CHARACTERS_MAX).nullable(),
    gender: aLine(GENDER_CHARACTERS_MAX, 0).nullable().openapi({ description: "In the user's own words." }),
    birthDate: z.iso.date().nullable().openapi({ description: 'At least 13 years ago.' }),
    country: aCountry.nullable(),
    links: z.array(link).max(LINKS_MAX).nullable(),
  })
  .partial()
  .openapi('ProfileRequest');

/** Public, so it contains nothing private. */
export const PublicProfile = PublicCard.extend({
  bio: z.string(),
  links: z.array(Link),
  createdAt: z.iso.datetime(),
  followingCount: z
    .int()
    .nullable()
    .openapi({ description: 'How many creators the user follows. Null if they hide it.' }),
  creator: z
    .object({ bio: z.string(), categories: z.array(z.string()) })
    .nullable()
    .openapi({ description: "An approved creator's bio and categories. Null for other users." }),
  liveStreamId: z.uuid().nullable(),
  blockedByYou,
}).openapi('PublicProfile');

export const UsersQuery = z.strictObject({
  ...pageQuery,
  q: optionalSearchText.openapi({
    description: 'Words in the username or display name. The last word may be incomplete, with at least two letters.',
  }),
  role: z.enum(ROLES).optional(),
});
export const UserPage = pageOf(PublicCard);
