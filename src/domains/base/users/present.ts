/** Presents rows of users. A card contains no private column, so none leaks by accident. */

import type { z } from '@hono/zod-openapi';
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { followsCreator } from '@/domains/base/visibility/members';
import { isNotPrivate } from '@/domains/base/visibility/streams';
import { channels } from '@/domains/live/channels/tables';
import { streams } from '@/domains/live/streams/tables';
import { asHref } from '@/http/fields';
import type { Rank, Role, Viewer } from '@/shared/actor';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { PublicCard, User } from './schemas';
import { withOwnNames } from './stage';
import { type UserRow, users } from './tables';

/** For the user themselves and for staff: with the account's own names, also while the stage identity is on. */
export function presentUser(row: UserRow, staff?: { readonly rank: Rank } | null): z.input<typeof User> {
  const { username, displayName, stageName, stageHandle } = withOwnNames(row);
  const isOnStage = row.accountUsername !== null;
  return {
    id: row.id,
    email: row.email,
    username,
    displayName,
    ...(isOnStage ? { stage: { username: stageHandle ?? '', displayName: stageName ?? '' } } : {}),
    role: row.role,
    ...(staff ? { rank: staff.rank } : {}),
    creatorStatus: row.creatorStatus,
    guideStatus: row.guideStatus,
    avatarUrl: row.avatarUrl,
    bio: row.bio,
    gender: row.gender,
    birthDate: row.birthDate,
    country: row.country,
    links: presentLinks(row.links),
    verified: row.emailVerifiedAt !== null,
    twoFactorEnabled: row.totpEnabledAt !== null,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
    lastLogin: toIsoOrNull(row.lastLoginAt),
    ...(row.hiddenAt === null ? {} : { hidden: true as const }),
  };
}

/** Links as `URL` writes them, also those that were stored before the border wrote them so. */
export function presentLinks(links: UserRow['links']) {
  return links.map(({ label, url }) => ({ label, url: asHref(url) }));
}

/**
 * The role that others see: a role asked for at registration is true once the creator application is approved. For a
 * query that has `users` without an alias.
 */
export const shownRole = sql<Role>`(CASE WHEN users.creator_status = 'APPROVED' THEN users.role ELSE 'viewer' END)`;

/**
 * The columns of a card that does not depend on its reader: for events, for answers that a shared cache keeps, and for
 * pages of staff who act on users. Other answers use `cardColumnsFor`. For any SELECT that has `users` without an alias.
 * Two look-ups by unique indexes say whether the user is live; private streams do not count. NOTE: column names are
 * written out, because Drizzle drops the table's name in a query of one table.
 */
export const cardColumns = {
  id: users.id,
  username: users.username,
  displayName: users.displayName,
  avatarUrl: users.avatarUrl,
  role: shownRole,
  followerCount: users.followerCount,
  isLive: sql<number>`${isLiveNow(sql`users.id`)}`,
};

export function isLiveNow(userId: SQL): SQL {
  return sql`EXISTS (
    SELECT 1 FROM ${channels} card_channel
    JOIN ${streams} card_stream ON card_stream.channel_id = card_channel.id AND card_stream.status = 'live'
      AND ${isNotPrivate(sql`card_stream`)}
    WHERE card_channel.creator_id = ${userId})`;
}

/** Who reads a card. Undefined: nobody in particular. */
export type Reader = { readonly userId: string | SQLWrapper } | Viewer;

/**
 * The same, and whether this reader follows the user: one look-up by primary key. It is 0 for the reader's own card, and
 * null for a guest.
 */
export function cardColumnsFor(reader: Reader) {
  const readerId = reader && 'userId' in reader ? reader.userId : undefined;
  return {
    ...cardColumns,
    following: (readerId === undefined
      ? sql<number | null>`NULL`
      : sql<number | null>`${followsCreator(readerId, sql`users.id`)}`
    ).as('card_following'),
  };
}

export type CardRow = Pick<UserRow, 'id' | 'username' | 'displayName' | 'avatarUrl' | 'role' | 'followerCount'> & {
  readonly isLive: number;
  readonly following?: number | null;
};

export function presentCard(row: CardRow): z.input<typeof PublicCard> {
  const { id, username, displayName, avatarUrl, role, followerCount, following } = row;
  const card = { id, username, displayName, avatarUrl, role, isLive: row.isLive === 1, followerCount };
  return following == null ? card : { ...card, following: following === 1 };
}

/** The same for everyone: for an event that carries a card which was read for one reader. */
export function presentCardForAll({ following: _readers, ...row }: CardRow): z.input<typeof PublicCard> {
  return presentCard(row);
}
