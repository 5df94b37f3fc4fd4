/** Live video behind one small interface: LiveKit, or LiveKit for ingress and Agora for the viewers' tokens. */

import type { Unreadable } from './unreadable';

export type IngressType = 'RTMP' | 'WHIP';

/** `source`: one size, as the encoder sends it. Otherwise several sizes, the largest of which matches the name. */
export type Quality = 'source' | '720p' | '1080p';

export interface Ingress {
  readonly ingressId: string;
  readonly serverUrl: string;
  readonly streamKey: string;
}

/** The settings of an ingress that can change without a new stream key. */
export interface IngressForm {
  readonly type: IngressType;
  /** The video room that the ingress publishes into. */
  readonly room: string;
  readonly identity: string;
  readonly name: string;
  readonly quality: Quality;
  /** False: encoders are rejected. */
  readonly enabled: boolean;
}

export interface VideoInput {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly kbps: number;
}

/** An ingress as the provider reports it. */
export interface IngressSeen {
  readonly ingressId: string;
  readonly room: string;
  readonly identity: string;
  /** The participant's own, which everyone in the video room sees. */
  readonly name: string;
  /** Undefined: a set of sizes that we no longer create. */
  readonly quality: Quality | undefined;
  readonly enabled: boolean;
  /** NOTE: LiveKit reports `publishing` for ever if the ingress process was killed. */
  readonly status: 'idle' | 'connecting' | 'publishing' | 'failed';
  /** When (ms) the latest session began; 0 before the first. */
  readonly startedAt: number;
  /** The provider's error message for the latest session. */
  readonly error: string | null;
  readonly input: VideoInput | null;
}

export interface RoomSeen {
  readonly participants: number;
  readonly publishers: number;
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
  /** The video room of the show. */
  readonly room: string;
  readonly identity: string;
  readonly name: string;
  /** Stored in the token, where the holder cannot change them. The provider returns them with the participant. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A participant as the provider reports them. */
export interface ParticipantSeen {
  readonly identity: string;
  /** When (ms) the token was issued; 0 if the provider does not report it. */
  readonly issuedAt: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly isPublishing: boolean;
}

export interface ParticipantEvent extends ParticipantSeen {
  readonly type: 'participant_joined' | 'participant_left' | 'track_published';
  readonly room: string;
  readonly at: number;
}

/** A provider's webhook event, translated; `at` is the provider's own time in ms. */
export type MediaEvent =
  | {
      readonly type: 'ingress_started' | 'ingress_ended';
      readonly ingressId: string;
      readonly room: string;
      readonly at: number;
    }
  | { readonly type: 'room_finished'; readonly room: string; readonly at: number }
  | ParticipantEvent
  | { readonly type: 'other'; readonly name: string; readonly at: number };

/** A provider's verified webhook. */
export interface MediaWebhook {
  readonly id: string;
  /** The provider's own name for it: `ingress_started`. */
  readonly name: string;
  readonly event: MediaEvent | Unreadable;
}

/** Every call throws MEDIA_UNAVAILABLE (503) if the provider cannot be reached or fails. */
export interface MediaProvider {
  /** True for the LiveKit of a developer's own machine: nothing is wrong if it does not run. */
  readonly mayNotRun: boolean;
  createIngress(form: IngressForm): Promise<Ingress>;
  /** Ends a running session. False if the provider does not know the ingress. */
  updateIngress(ingressId: string, form: IngressForm): Promise<boolean>;
  /** Deleting an unknown ingress is a no-op. */
  deleteIngress(ingressId: string): Promise<void>;
  /** Undefined if the provider does not know it. */
  findIngress(ingressId: string): Promise<IngressSeen | undefined>;
  /** Every ingress at the provider, by id. */
  listIngresses(): Promise<ReadonlyMap<string, IngressSeen>>;
  /** Rooms, by name, that have participants or had some a moment ago. @param names limits the list to these rooms */
  listRooms(names?: readonly string[]): Promise<ReadonlyMap<string, RoomSeen>>;
  listParticipants(room: string): Promise<ParticipantSeen[]>;
  /** Removes every participant. Deleting an unknown room is a no-op. */
  deleteRoom(room: string): Promise<void>;
  /** Keeps a participant whose token was issued after `at` (ms). Removing an absent participant is a no-op. */
  removeParticipant(room: string, identity: string, at: number): Promise<void>;
  /** Lets a participant publish audio, or no longer, whatever their token says. An absent participant is a no-op. */
  setVoice(room: string, identity: string, mayPublish: boolean): Promise<void>;
  /** Mutes what the participant publishes. They can unmute themselves. An absent participant is a no-op. */
  muteVoice(room: string, identity: string): Promise<void>;
  /** Whether the rooms report participants who publish from a browser. */
  readonly seesBrowsers: boolean;
  /** May watch. May not publish anything, data included, and is hidden from other clients. */
  viewerToken(participant: Participant, now: number): Promise<MediaToken>;
  /** May listen. Publishes the microphone and nothing else, if they may speak. Always LiveKit's. */
  voiceToken(participant: Participant, mayPublish: boolean, now: number): Promise<MediaToken>;
  /** May watch, and publish camera, microphone and screen. */
  publisherToken(participant: Participant, now: number): Promise<MediaToken>;
  /** Verifies signature and body hash. Undefined if either is wrong or the token has expired. */
  readWebhook(body: string, authorization: string | undefined): Promise<MediaWebhook | undefined>;
  /** Reads an event once more that an earlier version could not read. @param body as it was verified */
  readAgain(body: string): Promise<MediaWebhook['event']>;
}
