/**
 * Agora tokens for viewers and publishers; ingress, rooms and webhooks stay with LiveKit. Agora tokens cannot be
 * revoked, so they last only two hours, and a subscriber's token has no privilege to publish. With the app's
 * certificate alone, Agora cannot be asked who publishes.
 */
import type { Config } from '@/contracts/config';
import type { MediaProvider, MediaToken, Participant } from '@/contracts/media';
import { lazy } from '@/shared/lazy';
import { SECOND_MS, toIso } from '@/shared/time';

const loadAgora = lazy(() => import('agora-token'));
const TOKEN_SECONDS = 2 * 60 * 60;

type AgoraConfig = NonNullable<Config['agora']>;

/**
 * NOTE: Agora enforces the missing privilege only if co-host authentication is switched on for the app in its console.
 */
export function agoraTokens(
  config: AgoraConfig,
): Pick<MediaProvider, 'viewerToken' | 'publisherToken' | 'seesBrowsers'> {
  return {
    seesBrowsers: false,
    viewerToken: (participant, now) => signToken(config, participant, now, 'SUBSCRIBER'),
    publisherToken: (participant, now) => signToken(config, participant, now, 'PUBLISHER'),
  };
}

async function signToken(
  { appId, certificate }: AgoraConfig,
  { room, identity }: Participant,
  now: number,
  role: 'SUBSCRIBER' | 'PUBLISHER',
): Promise<MediaToken> {
  const { RtcRole, RtcTokenBuilder } = await loadAgora();
  const token = RtcTokenBuilder.buildTokenWithUserAccount(
    appId,
    certificate,
    room,
    identity,
    RtcRole[role],
    TOKEN_SECONDS,
    TOKEN_SECONDS,
  );
  const expiresAt = toIso((Math.floor(now / SECOND_MS) + TOKEN_SECONDS) * SECOND_MS); // whole seconds, like the token's own
  return { provider: 'agora', token, serverUrl: appId, room, identity, expiresAt };
}
