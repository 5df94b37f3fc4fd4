/** How a creator's encoder is doing: what the provider says of the ingress now, or while it is away what we know. */
import type { Context } from '@/context';
import { isEncoderRefused } from '@/domains/channels/video-room';
import type { ChannelState } from '@/domains/streams/channel-state';
import { AppError } from '@/http/errors';
import type { IngressSeen, VideoInput } from '@/providers/media';
import type { ENCODER_STATES } from './schemas';

const ERROR_CHARACTERS_MAX = 300;
const KEY_LOST = 'The video service no longer knows your stream key. Create a new one with POST /stream/ingress.';

export interface EncoderStatus {
  readonly encoder: (typeof ENCODER_STATES)[number];
  readonly lastError: string | null;
  readonly input: VideoInput | null;
}

const OFF: EncoderStatus = { encoder: 'off', lastError: null, input: null };

export async function readEncoderStatus(ctx: Context, state: ChannelState): Promise<EncoderStatus> {
  const { ingressId } = state.channel;
  if (ingressId === null) return OFF;
  const isRefused = isEncoderRefused(ctx, state.channel);
  try {
    const seen = await ctx.media.findIngress(ingressId);
    return seen ? statusOf(seen, state, isRefused) : { ...OFF, encoder: 'error', lastError: KEY_LOST };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...OFF, encoder: isRefused ? 'refused' : isFedBy(ingressId, state) ? 'connected' : 'off' };
  }
}

function statusOf(seen: IngressSeen, state: ChannelState, isRefused: boolean): EncoderStatus {
  const lastError = seen.error?.slice(0, ERROR_CHARACTERS_MAX) ?? null;
  if (isRefused) return { encoder: 'refused', lastError, input: null };
  switch (seen.status) {
    case 'connecting':
    case 'publishing':
      // The provider goes on saying so of a process that was killed.
      return isLostTo(seen.ingressId, state)
        ? { ...OFF, lastError }
        : { encoder: 'connected', lastError, input: seen.input };
    case 'failed':
      return { encoder: 'error', lastError, input: null };
    case 'idle':
      return { encoder: 'off', lastError, input: null };
  }
}

function isFedBy(ingressId: string, { live }: ChannelState): boolean {
  return live?.ingressId === ingressId && live.ingressLostAt === null;
}

function isLostTo(ingressId: string, { live }: ChannelState): boolean {
  return live?.ingressId === ingressId && live.ingressLostAt !== null;
}
