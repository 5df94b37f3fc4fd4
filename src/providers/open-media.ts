/** Opens the configured providers of live video: LiveKit, with Agora for the tokens if it is chosen. */
import type { Config } from '@/contracts/config';
import type { MediaProvider } from '@/contracts/media';
import { agoraTokens } from './agora';
import { livekit } from './livekit';

export function openMedia(config: Config): MediaProvider {
  return config.agora && config.mediaProvider === 'agora'
    ? { ...livekit(config), ...agoraTokens(config.agora) }
    : livekit(config);
}
