/** Time-outs, bans and kicks. */
import { z } from '@hono/zod-openapi';
import { LOGGED_ACTIONS } from '../moderation-log';
import { Card, event, id, time } from './shared';

const messagesDeleted = z
  .boolean()
  .describe('True: remove the texts of this user, as `welcome`, history and replay do.');
const reason = z.string().nullish().describe('Only to the user concerned.');

export const moderationEvents = {
  'user-timed-out': [
    event('user-timed-out', { userId: id, until: time, messagesDeleted, reason }),
    'This user cannot write until then.',
  ],
  'user-banned': [
    event('user-banned', { userId: id, messagesDeleted, reason }),
    'This user is banned from the channel.',
  ],
  'sanction-ended': [
    event('sanction-ended', { userId: id, kind: z.enum(['ban', 'timeout']) }),
    'A ban or a time-out is over.',
  ],
} as const;

const logged = id.nullable();

/** To the creator and the moderators who are here. */
export const moderatorEvents = {
  'moderation-logged': [
    event('moderation-logged', {
      entry: z.strictObject({
        id: z.string(),
        action: z.enum(LOGGED_ACTIONS),
        by: logged.describe('Null: a decision of staff.'),
        userId: logged,
        guestId: logged.describe('Of a kick: a guest has no account.'),
        messageId: logged,
        text: z.string().nullable(),
        reason: z.string().nullable(),
        at: time,
        until: time.nullable(),
      }),
    }),
    'To moderators alone: who did what to whom.',
  ],
  'unban-request': [
    event('unban-request', {
      request: z.strictObject({
        id,
        user: Card,
        text: z.string(),
        status: z.enum(['open', 'accepted', 'refused', 'closed']),
        answer: z.string().nullable(),
        createdAt: time,
        decidedAt: time.nullable(),
      }),
    }),
    'To moderators alone: someone asks for the end of their ban.',
  ],
} as const;

export const kickEvents = {
  'user-kicked': [
    event('user-kicked', { userId: id, reason: z.string().nullable() }),
    'To the user concerned alone, before the socket closes.',
  ],
} as const;
