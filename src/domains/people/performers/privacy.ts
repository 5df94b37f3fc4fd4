/** Reads a performer's privacy settings, with defaults for the ones they never set. */
import type { z } from '@hono/zod-openapi';
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { blockedRegionsQuery } from '@/domains/people/social/regions';
import { UNKNOWN_COUNTRY } from '@/shared/countries';
import type { Privacy } from './schemas';
import { performerPrivacy } from './tables';

export type PrivacySettings = z.input<typeof Privacy>;

/** For a batch of reads; pass their rows to `privacyOf`. */
export function privacyQueries(ctx: Pick<Context, 'db'>, userId: string) {
  return [
    blockedRegionsQuery(ctx, userId),
    ctx.db.select().from(performerPrivacy).where(eq(performerPrivacy.userId, userId)),
  ] as const;
}

/** Returns the defaults for a user who never set anything. */
export function privacyOf(
  regions: readonly { readonly region: string }[],
  [chosen]: readonly (typeof performerPrivacy.$inferSelect)[],
): PrivacySettings {
  const blocked = regions.map(({ region }) => region);
  return {
    blockedCountries: blocked.filter((region) => region !== UNKNOWN_COUNTRY),
    allowRecording: chosen?.allowRecording ?? true,
    showViewerList: chosen?.showViewerList ?? true,
    anonymousMode: chosen?.anonymousMode ?? false,
    unknownCountry: blocked.includes(UNKNOWN_COUNTRY) ? 'deny' : 'allow',
  };
}

export async function getPrivacy(ctx: Context, userId: string): Promise<PrivacySettings> {
  return privacyOf(...(await ctx.db.batch(privacyQueries(ctx, userId))));
}
