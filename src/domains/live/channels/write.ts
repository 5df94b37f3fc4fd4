/** Statements that change a channel, for the batches of use cases. The use case checks who may make them. */

import { and, eq, isNull, lt, or } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { type ChannelRow, channels, moderators } from './tables';

type Settings = Omit<
  ChannelRow,
  'id' | 'creatorId' | 'createdAt' | `media${string}` | `ingress${string}` | `encoder${string}` | 'streamKey'
>;

/** Changes no row if the settings were changed since they were read. */
export function changeSettings(
  ctx: Context,
  seen: Pick<ChannelRow, 'id' | 'updatedAt'>,
  settings: Partial<Settings> & Pick<Settings, 'updatedAt'>,
): Statement {
  const unchanged = and(eq(channels.id, seen.id), eq(channels.updatedAt, seen.updatedAt));
  return ctx.db.update(channels).set(settings).where(unchanged);
}

// --- The stream key: claimed → kept → forgotten

interface IngressClaim {
  readonly claimedAt: number;
  /** An older claim (ms) has been abandoned. */
  readonly abandonedBefore: number;
  /** The key to replace, since LiveKit has lost it. */
  readonly replaced: string | null;
}

/** Returns whether the caller may create the key now. */
export async function claimIngress(
  ctx: Context,
  channelId: string,
  { claimedAt, abandonedBefore, replaced }: IngressClaim,
) {
  const claimed = await ctx.db
    .update(channels)
    .set({ ingressClaimedAt: claimedAt })
    .where(
      and(
        eq(channels.id, channelId),
        replaced === null ? isNull(channels.ingressId) : eq(channels.ingressId, replaced),
        or(isNull(channels.ingressClaimedAt), lt(channels.ingressClaimedAt, abandonedBefore)),
      ),
    )
    .returning({ id: channels.id });
  return claimed.length > 0;
}

/** @param claimedAt ms, the time of the claim to release; a later claim stays */
export function releaseIngress(ctx: Context, channelId: string, claimedAt: number): Statement {
  return ctx.db.update(channels).set({ ingressClaimedAt: null }).where(claimIs(channelId, claimedAt));
}

type Kept = Required<
  Pick<typeof channels.$inferInsert, 'ingressId' | 'ingressType' | 'ingressUrl' | 'streamKey' | 'quality'>
>;

/** Changes no row if another call took over the claim. @param ingress its key must be sealed */
export function keepIngress(ctx: Context, channelId: string, claimedAt: number, ingress: Kept): Statement {
  return ctx.db
    .update(channels)
    .set({ ...ingress, ingressClaimedAt: null, ingressLostAt: null, encoderRefusedUntil: null })
    .where(claimIs(channelId, claimedAt));
}

/** Does nothing if the ingress was already replaced. */
export function forgetIngress(ctx: Context, channelId: string, ingressId: string): Statement {
  return ctx.db
    .update(channels)
    .set({ ingressId: null, ingressType: null, ingressUrl: null, streamKey: null, ingressLostAt: null })
    .where(and(eq(channels.id, channelId), eq(channels.ingressId, ingressId)));
}

function claimIs(channelId: string, claimedAt: number) {
  return and(eq(channels.id, channelId), eq(channels.ingressClaimedAt, claimedAt));
}

// --- Moderators

export function addModerator(ctx: Context, channelId: string, userId: string): Statement {
  return ctx.db.insert(moderators).values({ channelId, userId, createdAt: ctx.now() }).onConflictDoNothing();
}

export function dropModerator(ctx: Context, channelId: string, userId: string): Statement {
  return ctx.db.delete(moderators).where(and(eq(moderators.channelId, channelId), eq(moderators.userId, userId)));
}
