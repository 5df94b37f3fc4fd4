/**
 * A user's public profile, in one statement, and one more for a username. It contains nothing private, not even for its
 * owner.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { findIdOf } from '@/domains/base/users/former-names';
import { cardColumnsFor, presentCard, presentLinks } from '@/domains/base/users/present';
import { publicBio, publicLinks } from '@/domains/base/users/stage';
import { users } from '@/domains/base/users/tables';
import {
  blockedBy,
  profileNamedTo,
  profileVisibleTo,
  seesPastBlocks,
  showsFollows,
} from '@/domains/base/visibility/people';
import { isOpen, visibleTo } from '@/domains/base/visibility/streams';
import { listStreams } from '@/domains/live/streams/discovery';
import { streams } from '@/domains/live/streams/tables';
import { creatorProfiles } from '@/domains/people/creators/tables';
import { socialError } from '@/domains/people/social/errors';
import type { PageQuery } from '@/http/envelope';
import type { Viewer } from '@/shared/actor';
import { toIso } from '@/shared/time';
import type { PublicProfile } from './schemas';

/**
 * If the viewer blocks the user, only the card is filled. Throws USER_NOT_FOUND, also if the user is banned, deleted or
 * blocks the viewer; the error does not reveal which.
 */
export async function getPublicProfile(
  ctx: Context,
  idOrUsername: string,
  viewer: Viewer,
): Promise<z.input<typeof PublicProfile>> {
  const userId = (await findIdOf(ctx, idOrUsername)) ?? '';
  const row = await ctx.db
    .select({
      card: cardColumnsFor(viewer),
      bio: publicBio(),
      links: publicLinks,
      createdAt: users.createdAt,
      followingCount: users.followingCount,
      creatorStatus: users.creatorStatus,
      showsFollows: showsFollows(viewer),
      blockedByYou: blockedBy(viewer),
      creatorBio: publicBio(sql`coalesce(${creatorProfiles.bio}, '')`),
      categories: creatorProfiles.categories,
      liveStreamId: streams.id,
    })
    .from(users)
    .leftJoin(creatorProfiles, eq(creatorProfiles.userId, users.id))
    // A channel has at most one live stream, so this join adds no rows.
    .leftJoin(
      streams,
      and(eq(streams.creatorId, users.id), sql`streams.status = 'live' AND ${isOpen()}`, visibleTo(viewer)),
    )
    .where(and(eq(users.id, userId), profileNamedTo(viewer)))
    .get();
  if (!row) throw socialError('USER_NOT_FOUND');
  const blockedByYou = row.blockedByYou === 1;
  const createdAt = toIso(row.createdAt);
  if (blockedByYou && !seesPastBlocks(viewer))
    return {
      ...presentCard({ ...row.card, isLive: 0 }),
      ...{ bio: '', links: [], createdAt, followingCount: null, creator: null, liveStreamId: null, blockedByYou },
    };
  const isCreator = row.creatorStatus === 'APPROVED';
  return {
    ...presentCard(row.card),
    bio: row.bio,
    links: presentLinks(row.links),
    createdAt,
    followingCount: row.showsFollows === 1 ? row.followingCount : null,
    creator: isCreator ? { bio: row.creatorBio, categories: row.categories ?? [] } : null,
    liveStreamId: row.liveStreamId,
    ...(blockedByYou ? { blockedByYou } : {}),
  };
}

/** The user's scheduled, live and ended streams that this viewer may see. Throws USER_NOT_FOUND. */
export async function listStreamsOf(ctx: Context, idOrUsername: string, viewer: Viewer, query: PageQuery) {
  const userId = (await findIdOf(ctx, idOrUsername)) ?? '';
  const [user, list] = await Promise.all([
    ctx.db
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, userId), profileVisibleTo(viewer)))
      .get(),
    listStreams(ctx, viewer, { ...query, creatorId: userId, sort: 'newest' }),
  ]);
  if (!user) throw socialError('USER_NOT_FOUND');
  return list;
}
