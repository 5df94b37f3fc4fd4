/** A performer changes their privacy: one batch, so that the list of regions is the one that was sent or the one before. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/context';
import { commit, type Statement } from '@/db/commit';
import { listOpenRooms } from '@/domains/social/open-rooms';
import { setBlockedRegions } from '@/domains/social/regions';
import type { OutboxEvent } from '@/queues/messages';
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
  const events = blockedCountries ? await regionEvents(ctx, userId) : [];
  await commit(ctx, [...(regions ?? []), ...putChoices(ctx, userId, choices)], { events });
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

/** Who is in where they may not be any more has to leave. */
async function regionEvents(ctx: Context, creatorId: string): Promise<OutboxEvent[]> {
  const rooms = await listOpenRooms(ctx, [creatorId]);
  return rooms.map(({ roomId, channelId, status }) => ({
    kind: 'regions-changed',
    roomId,
    channelId,
    creatorId,
    isLive: status === 'live',
  }));
}
