/** A performer changes their privacy: one batch, so that the list of regions is the one that was sent or the one before. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/context';
import { commit, type Statement } from '@/db/commit';
import { setBlockedRegions } from '@/domains/social/regions';
import { getPrivacy } from './privacy';
import type { Privacy, PrivacyRequest } from './schemas';
import { performerPrivacy } from './tables';

/** What is not sent stays. */
export async function changePrivacy(
  ctx: Context,
  userId: string,
  { blockedCountries, ...choices }: z.output<typeof PrivacyRequest>,
): Promise<z.input<typeof Privacy>> {
  const regions = blockedCountries && setBlockedRegions(ctx, userId, blockedCountries);
  await commit(ctx, [...(regions ?? []), ...putChoices(ctx, userId, choices)], {
    // Who is in where they may not be any more has to leave.
    events: regions ? [{ kind: 'regions-changed', creatorId: userId }] : [],
  });
  return getPrivacy(ctx, userId);
}

function putChoices(
  ctx: Context,
  userId: string,
  choices: Omit<z.output<typeof PrivacyRequest>, 'blockedCountries'>,
): Statement[] {
  const set = Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined));
  if (Object.keys(set).length === 0) return [];
  const changed = { ...set, updatedAt: ctx.now() };
  return [
    ctx.db
      .insert(performerPrivacy)
      .values({ userId, ...changed })
      .onConflictDoUpdate({ target: performerPrivacy.userId, set: changed }),
  ];
}
