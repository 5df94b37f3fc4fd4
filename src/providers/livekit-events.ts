/** Translates LiveKit's webhooks and participants into our types. */
import type { ParticipantInfo, WebhookEvent } from 'livekit-server-sdk';
import type { MediaEvent, ParticipantSeen } from '@/contracts/media';
import { SECOND_MS } from '@/shared/time';

const MS_NS = 1_000_000n;

/**
 * The attribute of a token, and so of its participant, with its time of issue (ms). LiveKit keeps no other record of
 * it.
 */
export const ISSUED_AT = 'issuedAt';

export function seenParticipant({ identity, attributes, tracks }: ParticipantInfo): ParticipantSeen {
  const { [ISSUED_AT]: issuedAt, ...rest } = attributes;
  return { identity, issuedAt: Number(issuedAt ?? 0) || 0, attributes: rest, isPublishing: tracks.length > 0 };
}

/** Throws if an event that we keep does not say what it is about. */
export function translateWebhook(said: WebhookEvent): MediaEvent {
  const at = Number(said.createdAt) * SECOND_MS; // seconds, as BigInt
  const room = said.room?.name ?? '';
  switch (said.event) {
    case 'ingress_started':
    case 'ingress_ended': {
      const { ingressId = '', roomName = room, state } = said.ingressInfo ?? {};
      if (ingressId === '') throw new Error('It names no ingress.');
      // The session's own times are exact; the webhook's time is when it was made, in whole seconds.
      const exact = said.event === 'ingress_started' ? state?.startedAt : state?.endedAt;
      return { type: said.event, ingressId, room: roomName, at: exact ? Number(exact / MS_NS) : at };
    }
    case 'room_finished':
      if (room === '') throw new Error('It names no room.');
      return { type: said.event, room, at };
    case 'participant_joined':
    case 'participant_left':
    case 'track_published':
      if (!said.participant) return { type: 'other', name: said.event, at };
      return { type: said.event, room, at, ...seenParticipant(said.participant) };
    default:
      return { type: 'other', name: said.event, at };
  }
}
