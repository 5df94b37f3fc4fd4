/** Presents rows of users. A card contains no private column, so none leaks by accident. */

import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import { isNotPrivate } from '@/domains/base/visibility/streams';
import { channels } from '@/domains/live/channels/tables';
import { streams } from '@/domains/live/streams/tables';
import { asHref } from '@/http/fields';
import type { Rank } from '@/shared/actor';
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
 * The columns of a card, for any SELECT that has `users` without an alias. Two look-ups by unique indexes say whether
 * the user is live; private streams do not count. NOTE: column names are written out, because Drizzle drops the table's
 * name in a query of one table.
 */
export const cardColumns = {
  id: users.id,
  username: users.username,
  displayName: users.displayName,
  avatarUrl: users.avatarUrl,
  role: users.role,
  followerCount: users.followerCount,
  isLive: sql<number>`EXISTS (
    SELECT 1 FROM ${channels} card_channel
    JOIN ${streams} card_stream ON card_stream.channel_id = card_channel.id AND card_stream.status = 'live'
      AND ${isNotPrivate(sql`card_stream`)}
    WHERE card_channel.creator_id = users.id)`,
};

export type CardRow = Pick<UserRow, 'id' | 'username' | 'displayName' | 'avatarUrl' | 'role' | 'followerCount'> & {
  readonly isLive: number;
};

export function presentCard(row: CardRow): z.input<typeof PublicCard> {
  const { id, username, displayName, avatarUrl, role, followerCount } = row;
  return { id, username, displayName, avatarUrl, role, isLive: row.isLive === 1, followerCount };
}
