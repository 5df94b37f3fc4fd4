/** Wire shapes of DJs: their profile, and its rating. */
import { z } from '@hono/zod-openapi';
import { displayName } from '@/domains/base/users/schemas';
import { aLine, aText } from '@/http/fields';
import { withoutRepeats } from './genres';

const BIO_CHARACTERS_MAX = 2_000;
const GENRE_CHARACTERS_MAX = 40;
const GENRES_MAX = 10;

const rating = z.int().min(1).max(5);

const score = {
  rating: z.number().nullable().describe('The average of all ratings, to two decimals. Null without ratings.'),
  ratingCount: z.int(),
  yourRating: rating.nullable(),
};

export const DjProfileRequest = z
  .strictObject({
    stageName: displayName.nullable().describe('Null: the display name of my account.'),
    bio: aText(BIO_CHARACTERS_MAX).nullable().describe('Null: my bio as a creator, or else that of my account.'),
    genres: z
      .array(aLine(GENRE_CHARACTERS_MAX))
      .max(GENRES_MAX)
      .transform(withoutRepeats)
      .describe('Genres that differ only in case are one.'),
  })
  .partial()
  .openapi('DjProfileRequest');

export const DjProfile = z
  .object({
    id: z.uuid().describe('The id of the user, who has at most one profile as a DJ.'),
    userId: z.uuid(),
    stageName: z.string(),
    bio: z.string(),
    genres: z.array(z.string()),
    avatarUrl: z.string().nullable().describe("The user's."),
    ...score,
    followers: z.int(),
    totalEarnings: z.int().optional().describe('In diamonds, before reversals. Only for the DJ.'),
  })
  .openapi('DjProfile');

export const DjRatingRequest = z.strictObject({ rating }).openapi('DjRatingRequest');
export const DjRating = z.object(score).openapi('DjRating');
