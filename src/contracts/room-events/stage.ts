/** Rooms that users open: their stage, their host and their end. */
import { z } from '@hono/zod-openapi';
import { SCREENING_CONTROLS } from '../screening';
import { Card, event, id, streamId, time } from './shared';

const Speaker = z.strictObject({ ...Card.shape, muted: z.boolean() });

const details = {
  title: z.string(),
  topic: z.string().nullable(),
  language: z.string().nullable(),
  isPrivate: z.boolean(),
  maxMembers: z.int().optional(),
  stageLocked: z.boolean(),
  control: z.enum(SCREENING_CONTROLS).optional(),
  waitForAll: z.boolean().optional(),
};

/** `room` in `welcome`. Without the people if the database did not answer: read them over HTTP. */
export const RoomShape = z.strictObject({
  ...details,
  hostId: id,
  host: Card.optional(),
  coHosts: z.array(Card).readonly().optional(),
  speakers: z.array(Speaker).readonly().optional(),
});

export const stageEvents = {
  'stage-accepted': [
    event('stage-accepted', { streamId, user: z.strictObject({ ...Card.partial().shape, id }) }),
    'This user is on the stage now.',
  ],
  'stage-left': [
    event('stage-left', { streamId, userId: id, by: id.optional().describe('Who sent them away.') }),
    'This user left the stage.',
  ],
  'stage-muted': [event('stage-muted', { streamId, userId: id, by: id }), 'This speaker is muted.'],
  'stage-unmuted': [event('stage-unmuted', { streamId, userId: id, by: id }), 'This speaker can be heard again.'],
  'host-changed': [
    event('host-changed', { streamId, host: Card.optional(), coHosts: z.array(Card).readonly().optional() }),
    'Another host, or other co-hosts.',
  ],
  'room-updated': [event('room-updated', { streamId, ...details }), 'The settings of the room changed.'],
  'room-closed': [event('room-closed', { streamId, reason: z.string().nullable() }), 'The room is closed for good.'],
} as const;

const Asking = z.strictObject({ id, username: z.string(), displayName: z.string(), avatarUrl: z.string().nullable() });

export const privateStageEvents = {
  'stage-request': [
    event('stage-request', { streamId, user: Asking.partial().required({ id: true }), at: time }),
    'To host and co-hosts: this user asks to speak.',
  ],
  'stage-withdrawn': [
    event('stage-withdrawn', { streamId, userId: id }),
    'To host and co-hosts: this user no longer asks to speak.',
  ],
  'stage-invite': [
    event('stage-invite', { streamId, by: z.strictObject({ ...Card.partial().shape, id: id.optional() }) }),
    'To one user: a host invites you on the stage.',
  ],
  'stage-declined': [
    event('stage-declined', { streamId, userId: id }),
    'To one user, or to the hosts: a request or an invitation was declined.',
  ],
} as const;
