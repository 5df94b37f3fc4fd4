/** Wire shapes of people to be found: lists of cards, and a creator's page. */
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
    description: 'Words of the username or the display name; the last may be unfinished, from two letters on.',
  }),
  category: Category.optional(),
  sort: z
    .enum(CREATOR_SORTS)
    .default('followers')
    .openapi({ description: '`live`: those alone who are live now, the most watched first.' }),
});

export const Creator = z
  .object({ user: PublicCard, bio: z.string(), categories: z.array(z.string()) })
  .openapi('Creator');
export const CreatorList = pageOf(Creator);

export const CreatorPage = Creator.extend({
  links: z.array(z.object({ label: z.string(), url: z.string() })),
  followerCount: z.int(),
  followingCount: z.int().nullable().openapi({ description: 'Null: they do not show it.' }),
  since: z.iso.datetime().openapi({ description: 'When the account was made.' }),
  stream: orNull(Stream).openapi({ description: 'The one that is live, else the next that has a date.' }),
  following: z.boolean().openapi({ description: 'Whether you follow them.' }),
  followedBy: z.boolean().openapi({ description: 'Whether they follow you.' }),
  subscribed: z.boolean().openapi({ description: 'Whether you subscribe to them.' }),
  tiers: Tiers.shape.tiers,
  blockedByYou,
}).openapi('CreatorPage');

export const PeopleQuery = z.strictObject(cursorQuery);
export const PeoplePage = cursorPageOf(PublicCard);

/** When the follow began (ms), and whose card it is. */
export const FollowPosition = z.tuple([z.int(), z.string()]);
