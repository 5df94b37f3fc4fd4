/** What performers chose of their privacy, with the defaults where they chose nothing, and what others have to obey. */
import type { z } from '@hono/zod-openapi';
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { blockedRegionsQuery } from '@/domains/people/social/regions';
import type { Privacy } from './schemas';
import { performerPrivacy } from './tables';

/** Returns the defaults for a user who never chose. */
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
