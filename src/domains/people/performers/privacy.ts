/** Reads a performer's privacy settings, with defaults for the ones they never set. */
import type { z } from '@hono/zod-openapi';
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { blockedRegionsQuery } from '@/domains/people/social/regions';
import type { Privacy } from './schemas';
import { performerPrivacy } from './tables';

/** Returns the defaults for a user who never set anything. */
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
