/** LiveKit, through its server SDK. */
import type { Config } from '@/config';
import type { MediaProvider } from './media';

export function livekit(_config: Config): MediaProvider {
  throw new Error('written next');
}
