/**
 * The address at which a DJ's player, which sends no header, hears a track. Its token stands for the DJ at this one
 * endpoint and opens no file by itself, so whatever closes the endpoint closes the address.
 */
import type { Context } from '@/contracts/context';
import { HOUR_MS, SECOND_MS } from '@/shared/time';
import { signToken, verifyToken } from '@/shared/tokens';

const TOKEN_SECONDS = (2 * HOUR_MS) / SECOND_MS;

/** The same within an hour, so that a browser fetches the sound once. It works for one to two hours. */
export async function audioUrl(ctx: Context, trackId: string): Promise<string> {
  const hour = ctx.now() - (ctx.now() % HOUR_MS);
  const token = await signToken(ctx.config.keys, 'audio', { trackId }, TOKEN_SECONDS, hour);
  return `${ctx.config.publicUrl}/api/v1/dj/track/${trackId}/audio?token=${token}`;
}

export async function opensAudio(ctx: Context, trackId: string, token: string | undefined): Promise<boolean> {
  const claims = token === undefined ? undefined : await verifyToken(ctx.config.keys, 'audio', token, ctx.now());
  return claims?.trackId === trackId;
}
