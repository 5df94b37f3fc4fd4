/** The state of a creator's encoder: as the provider reports it, or what D1 knows while the provider is unavailable. */
import type { Context } from '@/contracts/context';
import type { IngressSeen, VideoInput } from '@/contracts/media';
import { isEncoderRefused } from '@/domains/live/channels/video-room';
import { type ChannelState, currentRoomOf } from '@/domains/live/streams/channel-state';
import { SETTLE_MS } from '@/domains/live/streams/video-truth';
import { AppError } from '@/http/errors';
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
  const room = currentRoomOf(state);
  try {
    const [seen, rooms] = await Promise.all([ctx.media.findIngress(ingressId), ctx.media.listRooms([room])]);
    if (!seen) return { ...OFF, encoder: 'error', lastError: KEY_LOST };
    const isFresh = ctx.now() - seen.startedAt < SETTLE_MS;
    return statusOf(seen, { isRefused, isPublished: isFresh || (rooms.get(room)?.publishers ?? 0) > 0 });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...OFF, encoder: isRefused ? 'refused' : isFed(state) ? 'connected' : 'off' };
  }
}

function statusOf(
  { status, error, input }: IngressSeen,
  { isRefused, isPublished }: { isRefused: boolean; isPublished: boolean },
): EncoderStatus {
  const lastError = error?.slice(0, ERROR_CHARACTERS_MAX) ?? null;
  if (isRefused) return { encoder: 'refused', lastError, input: null };
  switch (status) {
    case 'connecting':
      return { encoder: 'connected', lastError, input };
    case 'publishing':
      // The provider keeps reporting a killed process as publishing, but then nobody is in the room.
      return isPublished ? { encoder: 'connected', lastError, input } : { ...OFF, lastError };
    case 'failed':
      return { encoder: 'error', lastError, input: null };
    case 'idle':
      return { encoder: 'off', lastError, input: null };
  }
}

function isFed({ channel, live }: ChannelState): boolean {
  return live?.ingressId === channel.ingressId && live?.ingressLostAt === null;
}
