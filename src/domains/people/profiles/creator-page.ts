/** A creator's page: profile, current or next stream, relation to the viewer, and tiers. Three statements. */
import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { presentCard, presentLinks } from '@/domains/base/users/present';
import { publicLinks } from '@/domains/base/users/stage';
import { users } from '@/domains/base/users/tables';
import { followsCreator, subscribes } from '@/domains/base/visibility/members';
import { ledTo } from '@/domains/base/visibility/named-user';
import { blockedBy, profileNamedTo, seesPastBlocks, showsFollows } from '@/domains/base/visibility/people';
import { findLiveOrNext } from '@/domains/live/streams/next';
import { presentStream } from '@/domains/live/streams/present';
import { isApproved } from '@/domains/people/creators/approved';
import { creatorProfiles } from '@/domains/people/creators/tables';
import { presentTier, tiersQuery } from '@/domains/people/creators/tiers';
import { socialError } from '@/domains/people/social/errors';
import type { Viewer } from '@/shared/actor';
import { usernameIn } from '@/shared/text';
import { toIso } from '@/shared/time';
import { creatorColumns, presentCreator } from './creators';
import type { CreatorPage } from './discovery-schemas';

/**
 * If the viewer blocks the creator, only the card, the follower count and `subscribed` are filled. Throws
 * USER_NOT_FOUND, also for users who are not creators or whom the viewer cannot see.
 */
export async function getCreatorPage(ctx: Context, viewer: Viewer, name: string): Promise<z.input<typeof CreatorPage>> {
  const username = usernameIn(name);
  const [row, stream, tiers] = await Promise.all([
    findCreator(ctx, viewer, username),
    findLiveOrNext(ctx, username, viewer),
    tiersQuery(ctx, ledTo(ctx, username)),
  ]);
  if (!row) throw socialError('USER_NOT_FOUND', { message: 'This creator does not exist, or you cannot see them.' });
  const blockedByYou = row.blockedByYou === 1;
  if (blockedByYou && !seesPastBlocks(viewer)) return { ...reduced(row), blockedByYou };
  return {
    ...presentCreator(row),
    links: presentLinks(row.links),
    followerCount: row.card.followerCount,
    followingCount: row.showsFollows === 1 ? row.followingCount : null,
    since: toIso(row.since),
    stream: stream ? presentStream(stream, viewer) : null,
    following: row.following === 1,
    followedBy: row.followedBy === 1,
    subscribed: row.subscribed === 1,
    tiers: tiers.map(presentTier),
    ...(blockedByYou ? { blockedByYou } : {}),
  };
}

function reduced({ card, since, subscribed }: CreatorPageRow) {
  return {
    user: presentCard({ ...card, isLive: 0 }),
    ...{ bio: '', categories: [], links: [], tiers: [] },
    ...{ followerCount: card.followerCount, followingCount: null, since: toIso(since), stream: null },
    ...{ following: false, followedBy: false, subscribed: subscribed === 1 },
  };
}

type CreatorPageRow = NonNullable<Awaited<ReturnType<typeof findCreator>>>;

function findCreator(ctx: Context, viewer: Viewer, username: string) {
  // No user has the empty id, so a guest has no relation to anyone.
  const readerId = viewer?.kind === 'user' ? viewer.userId : '';
  return ctx.db
    .select({
      ...creatorColumns(viewer),
      links: publicLinks,
      followingCount: users.followingCount,
      showsFollows: showsFollows(viewer),
      since: users.createdAt,
      blockedByYou: blockedBy(viewer),
      following: followsCreator(readerId, users.id),
      followedBy: followsCreator(users.id, readerId),
      subscribed: subscribes(readerId, users.id),
    })
    .from(users)
    .leftJoin(creatorProfiles, eq(creatorProfiles.userId, users.id))
    .where(and(sql`users.id = ${ledTo(ctx, username)}`, isApproved(), profileNamedTo(viewer)))
    .get();
}
