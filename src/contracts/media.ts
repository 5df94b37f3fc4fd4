/** Live video behind one small interface: LiveKit, or LiveKit for ingress and Agora for the viewers' tokens. */

export type IngressType = 'RTMP' | 'WHIP';

/** `source`: as the encoder sends it, in one size. Else several sizes, the largest of which fits this name. */
export type Quality = 'source' | '720p' | '1080p';

export interface Ingress {
  readonly ingressId: string;
  readonly serverUrl: string;
  readonly streamKey: string;
}

/** All that can be changed of an ingress while its key stays. */
export interface IngressForm {
  readonly type: IngressType;
  /** The video room that it publishes into. */
  readonly room: string;
  readonly identity: string;
  readonly name: string;
  readonly quality: Quality;
  /** False: encoders are refused. */
  readonly enabled: boolean;
}

export interface VideoInput {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly kbps: number;
}

/** An ingress as the provider has it. */
export interface IngressSeen {
  readonly ingressId: string;
  readonly room: string;
  readonly identity: string;
  /** Undefined: sizes that are no longer made. */
  readonly quality: Quality | undefined;
  readonly enabled: boolean;
  /** NOTE: LiveKit says `publishing` for ever of an ingress whose process was killed. */
  readonly status: 'idle' | 'connecting' | 'publishing' | 'failed';
  /** When (ms) the newest session began; 0 before the first. */
  readonly startedAt: number;
  /** What went wrong in the newest session, in the provider's words. */
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
  /** Kept in the token, where its holder cannot change them, and told with what the provider says of the participant. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What the provider says of somebody in a room. */
export interface ParticipantSeen {
  readonly identity: string;
  /** When (ms) the token was issued; 0 if it does not say so. */
  readonly issuedAt: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly isPublishing: boolean;
}

export interface ParticipantEvent extends ParticipantSeen {
  readonly type: 'participant_joined' | 'participant_left' | 'track_published';
  readonly room: string;
  readonly at: number;
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
  | ParticipantEvent
  | { readonly type: 'other'; readonly name: string; readonly at: number };

/** Every call throws MEDIA_UNAVAILABLE (503) when the provider cannot be reached or fails. */
export interface MediaProvider {
  createIngress(form: IngressForm): Promise<Ingress>;
  /** Ends a session that is running. False if the provider does not know the ingress. */
  updateIngress(ingressId: string, form: IngressForm): Promise<boolean>;
  /** One that is already gone is fine. */
  deleteIngress(ingressId: string): Promise<void>;
  /** Undefined if the provider does not know it. */
  findIngress(ingressId: string): Promise<IngressSeen | undefined>;
  /** All there are, by id. */
  listIngresses(): Promise<ReadonlyMap<string, IngressSeen>>;
  /** Rooms in which somebody is or was until a moment ago, by name. @param names of these alone */
  listRooms(names?: readonly string[]): Promise<ReadonlyMap<string, RoomSeen>>;
  listParticipants(room: string): Promise<ParticipantSeen[]>;
  /** Puts everybody out. One that is already gone is fine. */
  deleteRoom(room: string): Promise<void>;
  /** Unless their token was issued after `at` (ms). One who is not there is fine. */
  removeParticipant(room: string, identity: string, at: number): Promise<void>;
  /** Whether who publishes from a browser is seen in the rooms. */
  readonly seesBrowsers: boolean;
  /** May watch, may not publish anything, data included, and is not shown to the other clients. */
  viewerToken(participant: Participant, now: number): Promise<MediaToken>;
  /** May publish camera, microphone and screen, and watch. */
  publisherToken(participant: Participant, now: number): Promise<MediaToken>;
  /** Verifies signature and body hash; nothing if either is wrong or it has expired. */
  readWebhook(body: string, authorization: string | undefined): Promise<{ id: string; event: MediaEvent } | undefined>;
}
