/** Changes a performer's privacy in one batch, so the stored regions are always either the old or the new list. */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { differs } from '@/db/differs';
import { int } from '@/db/sql';
import { regionsDiffer, setBlockedRegions } from '@/domains/people/social/regions';
import { getPrivacy } from './privacy';
import type { Privacy, PrivacyRequest } from './schemas';
import { performerPrivacy } from './tables';

/** Omitted fields keep their value. */
export async function changePrivacy(
  ctx: Context,
  userId: string,
  { blockedCountries, ...choices }: z.output<typeof PrivacyRequest>,
): Promise<z.input<typeof Privacy>> {
  const regions = blockedCountries
    ? [noteNewRegions(ctx, userId, blockedCountries), ...setBlockedRegions(ctx, userId, blockedCountries)]
    : [];
  await commit(ctx, [...regions, ...putChoices(ctx, userId, choices)], {
    // Rooms must remove viewers from blocked regions.
    events: blockedCountries ? [{ kind: 'regions-changed', creatorId: userId }] : [],
  });
  return getPrivacy(ctx, userId);
}

/** Changes a row only if the regions differ from the stored ones, because only then the event to the rooms is sent. */
function noteNewRegions(ctx: Context, userId: string, regions: readonly string[]): Statement {
  const now = ctx.now();
  return ctx.db.run(sql`
    INSERT INTO performer_privacy (user_id, updated_at)
    SELECT ${userId}, ${int(now)} WHERE ${regionsDiffer(userId, regions)}
    ON CONFLICT DO UPDATE SET updated_at = excluded.updated_at`);
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
      .onConflictDoUpdate({ target: performerPrivacy.userId, set: changed, setWhere: differs(performerPrivacy, set) }),
  ];
}
