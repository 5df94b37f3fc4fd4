/** Live video behind one small interface: LiveKit, or LiveKit for ingress and Agora for the viewers' tokens. */
import type { Config } from '@/config';
import { agoraTokens } from './agora';
import { livekit } from './livekit';

export type IngressType = 'RTMP' | 'WHIP';

export interface Ingress {
  readonly ingressId: string;
  readonly serverUrl: string;
  readonly streamKey: string;
}

export interface MediaToken {
  readonly provider: 'livekit' | 'agora';
  readonly token: string;
  /** Where the client connects: LiveKit's WebSocket URL, or Agora's app id. */
  readonly serverUrl: string;
  readonly room: string;
  readonly identity: string;
  /** ISO 8601 */
  readonly expiresAt: string;
}

export interface Participant {
  /** The channel's id. */
  readonly room: string;
  /** The user's id, or the guest's. */
  readonly identity: string;
  readonly name: string;
}

/** What a provider's webhook says, in our words; `at` is the provider's own time in ms. */
export type MediaEvent =
  | {
      readonly type: 'ingress_started' | 'ingress_ended';
      readonly ingressId: string;
      readonly room: string;
      readonly at: number;
    }
  | { readonly type: 'room_finished'; readonly room: string; readonly at: number }
  | {
      readonly type: 'participant_joined' | 'participant_left';
      readonly room: string;
      readonly identity: string;
      readonly at: number;
    }
  | { readonly type: 'other'; readonly name: string; readonly at: number };

/** Every call throws MEDIA_UNAVAILABLE (503) when the provider cannot be reached or fails. */
export interface MediaProvider {
  createIngress(type: IngressType, participant: Participant): Promise<Ingress>;
  /** One that is already gone is fine. */
  deleteIngress(ingressId: string): Promise<void>;
  /** Ids of all the ingresses that are publishing right now. */
  listActiveIngresses(): Promise<ReadonlySet<string>>;
  /** Of these rooms, those into which somebody publishes right now. Nothing where the provider cannot tell. */
  listPublishedRooms(rooms: readonly string[]): Promise<ReadonlySet<string> | undefined>;
  /** @param at tokens issued before it (ms) are void. One who is not there is fine. */
  removeParticipant(room: string, identity: string, at: number): Promise<void>;
  /** May watch, may not publish anything, data included, and is not shown to the other clients. */
  viewerToken(participant: Participant, now: number): Promise<MediaToken>;
  /** May publish and watch. */
  publisherToken(participant: Participant, now: number): Promise<MediaToken>;
  /** Verifies signature and body hash; nothing if either is wrong or it has expired. */
  readWebhook(body: string, authorization: string | undefined): Promise<{ id: string; event: MediaEvent } | undefined>;
}

export function openMedia(config: Config): MediaProvider {
  return config.agora && config.mediaProvider === 'agora'
    ? { ...livekit(config), ...agoraTokens(config.agora) }
    : livekit(config);
}
