/** Time-outs, bans and kicks. */
import { z } from '@hono/zod-openapi';
import { event, id, time } from './shared';

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

export const kickEvents = {
  'user-kicked': [
    event('user-kicked', { userId: id, reason: z.string().nullable() }),
    'To the user concerned alone, before the socket closes.',
  ],
} as const;
