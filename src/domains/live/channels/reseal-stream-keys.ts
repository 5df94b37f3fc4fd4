/** Seals stream keys again while encryption keys rotate. Each run is bounded; the next minute does the rest. */
import { and, eq, gte, lt } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { decrypt, encrypt } from '@/shared/crypto';
import { channels } from './tables';

const RESEALED_MAX = 50;

export async function resealStreamKeys(ctx: Context): Promise<void> {
  for (const { kid } of ctx.config.keys.encryption.slice(1)) await resealThoseOf(ctx, kid);
}

async function resealThoseOf(ctx: Context, kid: string): Promise<void> {
  const { keys } = ctx.config;
  const old = await ctx.db
    .select({ id: channels.id, sealed: channels.streamKey })
    .from(channels)
    // Sealed keys begin with the key id and a dot, and `/` follows `.` in ASCII, so this range has exactly those.
    .where(and(gte(channels.streamKey, `${kid}.`), lt(channels.streamKey, `${kid}/`)))
    .limit(RESEALED_MAX);
  const resealed = await Promise.all(
    old.map(async ({ id, sealed }) => {
      if (sealed === null) throw new Error('The range contains only sealed keys');
      return { id, sealed, streamKey: await encrypt(keys, id, await decrypt(keys, id, sealed)) };
    }),
  );
  await commit(
    ctx,
    resealed.map(
      ({ id, sealed, streamKey }) =>
        ctx.db
          .update(channels)
          .set({ streamKey })
          .where(and(eq(channels.id, id), eq(channels.streamKey, sealed))), // unless it changed meanwhile
    ),
  );
}
