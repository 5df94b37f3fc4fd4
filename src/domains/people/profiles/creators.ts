/** Finds creators by name, category and whether they are live. Two statements for any filter; counts are bounded. */

import type { z } from '@hono/zod-openapi';
import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { countRows } from '@/db/count-rows';
import { EVERYBODY, newestMatches } from '@/db/fts';
import { type CardRow, cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { profileVisibleTo } from '@/domains/base/visibility/people';
import { isNotPrivate, isOpen } from '@/domains/base/visibility/streams';
import { streamLive } from '@/domains/live/rooms/tables';
import { streams } from '@/domains/live/streams/tables';
import { isApproved } from '@/domains/people/creators/approved';
import { creatorBio } from '@/domains/people/creators/bio';
import { creatorCategories, creatorProfiles } from '@/domains/people/creators/tables';
import { COUNT_MAX, limitAndOffset, presentPage } from '@/http/envelope';
import type { Viewer } from '@/shared/actor';
import type { Creator, CreatorListQuery } from './discovery-schemas';

/** For `users` left-joined with `creator_profiles`. */
export function creatorColumns(viewer: Viewer) {
  return {
    card: cardColumnsFor(viewer),
    bio: creatorBio.as('creator_bio'),
    categories: creatorProfiles.categories,
  };
}

interface CreatorRow {
  readonly card: CardRow;
  readonly bio: string;
  readonly categories: string[] | null;
}

export function presentCreator({ card, bio, categories }: CreatorRow): z.input<typeof Creator> {
  return { user: presentCard(card), bio, categories: categories ?? [] };
}

/** Numbered pages, counted up to COUNT_MAX. */
export async function listCreators(ctx: Context, viewer: Viewer, query: z.output<typeof CreatorListQuery>) {
  const { q, category, sort } = query;
  const { limit, offset } = limitAndOffset(query);
  const wanted = and(
    isApproved(),
    q === undefined ? undefined : sql`users.rowid IN (${newestMatches('users_fts', q, EVERYBODY, COUNT_MAX + 1)})`,
    category === undefined
      ? undefined
      : sql`EXISTS (SELECT 1 FROM ${creatorCategories} c WHERE c.user_id = users.id AND c.category = ${category})`,
    sort === 'live' ? isLive : undefined,
    profileVisibleTo(viewer),
  );
  const counted = ctx.db.select({ one: sql`1` }).from(users).where(wanted);
  const [rows, [{ total = 0 } = {}]] = await Promise.all([
    ctx.db
      .select(creatorColumns(viewer))
      .from(users)
      .leftJoin(creatorProfiles, eq(creatorProfiles.userId, users.id))
      .where(wanted)
      .orderBy(...orderOf(sort))
      .limit(limit)
      .offset(offset),
    countRows(ctx, counted, COUNT_MAX + 1),
  ]);
  return presentPage(rows.map(presentCreator), total, query);
}

const isLive = sql`users.id IN (SELECT creator_id FROM ${streams} WHERE status = 'live' AND ${isNotPrivate()})`;

function orderOf(sort: z.output<typeof CreatorListQuery>['sort']): SQL[] {
  switch (sort) {
    case 'followers':
      return [desc(users.followerCount), desc(users.id)];
    case 'newest':
      return [desc(users.id)];
    case 'live':
      return [
        sql`(SELECT coalesce(sum(coalesce(ranking_count, viewer_count)), 0) FROM ${streams} s JOIN ${streamLive} l ON l.stream_id = s.id
          WHERE s.creator_id = users.id AND s.status = 'live' AND ${isOpen(sql`s`)}) DESC`,
        desc(users.id),
      ];
  }
}
