/** Wire shapes for finding people: lists of cards, and a creator's page. */
import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { Category } from '@/domains/live/channels/categories';
import { Stream } from '@/domains/live/streams/schemas';
import { Tiers } from '@/domains/people/creators/schemas';
import { blockedByYou } from '@/domains/people/social/schemas';
import { cursorPageOf, cursorQuery, orNull, pageOf, pageQuery } from '@/http/envelope';
import { optionalSearchText } from '@/http/fields';

export const CREATOR_SORTS = ['followers', 'newest', 'live'] as const;

export const CreatorListQuery = z.strictObject({
  ...pageQuery,
  q: optionalSearchText.openapi({
    description: 'Words in the username or display name. The last word may be incomplete, with at least two letters.',
  }),
  category: Category.optional(),
  sort: z
    .enum(CREATOR_SORTS)
    .default('followers')
    .openapi({ description: '`live`: only creators who are live now, most watched first.' }),
});

export const Creator = z
  .object({ user: PublicCard, bio: z.string(), categories: z.array(z.string()) })
  .openapi('Creator');
export const CreatorList = pageOf(Creator);

export const CreatorPage = Creator.extend({
  links: z.array(z.object({ label: z.string(), url: z.string() })),
  followerCount: z.int(),
  followingCount: z.int().nullable().openapi({ description: 'Null if they hide it.' }),
  since: z.iso.datetime().openapi({ description: 'When the account was created.' }),
  stream: orNull(Stream).openapi({ description: 'The live stream, or else the next scheduled one.' }),
  following: z.boolean().openapi({ description: 'Whether you follow them.' }),
  followedBy: z.boolean().openapi({ description: 'Whether they follow you.' }),
  subscribed: z.boolean().openapi({ description: 'Whether you subscribe to them.' }),
  tiers: Tiers.shape.tiers,
  blockedByYou,
}).openapi('CreatorPage');

export const PeopleQuery = z.strictObject(cursorQuery);
export const PeoplePage = cursorPageOf(PublicCard);

/** When the follow began (ms), and the id of the user on the card. */
export const FollowPosition = z.tuple([z.int(), z.string()]);
