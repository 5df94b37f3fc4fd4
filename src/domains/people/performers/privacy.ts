/** What performers chose of their privacy, with the defaults where they chose nothing, and what others have to obey. */
import type { z } from '@hono/zod-openapi';
import { eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { blockedRegionsQuery } from '@/domains/people/social/regions';
import type { Privacy } from './schemas';
import { performerPrivacy } from './tables';

export async function getPrivacy(ctx: Context, userId: string): Promise<z.input<typeof Privacy>> {
  const [regions, [chosen]] = await ctx.db.batch([
    blockedRegionsQuery(ctx, userId),
    ctx.db.select().from(performerPrivacy).where(eq(performerPrivacy.userId, userId)),
  ]);
  return {
    blockedCountries: regions.map(({ region }) => region),
    allowRecording: chosen?.allowRecording ?? true,
    showViewerList: chosen?.showViewerList ?? true,
    anonymousMode: chosen?.anonymousMode ?? false,
  };
}

/** 1 unless this creator shows nobody who is watching. One look-up by primary key. */
export function showsViewerList(creatorId: SQLWrapper): SQL<number> {
  return sql<number>`NOT EXISTS (SELECT 1 FROM performer_privacy chosen
    WHERE chosen.user_id = ${creatorId} AND chosen.show_viewer_list = 0)`;
}

/** 1 where this user is not to be named among the viewers of others. One look-up by primary key. */
export function isAnonymous(userId: SQLWrapper): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM performer_privacy chosen
    WHERE chosen.user_id = ${userId} AND chosen.anonymous_mode = 1)`;
}
