/** Wire shapes of messages that wait for a moderator. */
import { z } from '@hono/zod-openapi';
import { HELD_ACTIONS, HELD_REASONS } from '@/contracts/chat-rules';
import { cursorPageOf } from '@/http/envelope';
import { ChatMessage } from './chat-schemas';
import { anId } from './schemas';

const HeldMessage = ChatMessage.omit({ held: true })
  .extend({
    reason: z.enum(HELD_REASONS).openapi({
      description: "The chat's delay, a word or link that the channel holds, or the first message of its writer.",
    }),
    releaseAt: z.iso.datetime().nullable().openapi({
      description: 'When it is shown if nobody decides. Null: it waits for a decision, until the stream ends.',
    }),
  })
  .openapi('HeldMessage');

export const HeldPage = cursorPageOf(HeldMessage);

export const HeldRequest = z.strictObject({ action: z.enum(HELD_ACTIONS) }).openapi('HeldRequest');
export const HeldParams = z.strictObject({ id: anId, messageId: anId });

export const HeldDecision = z
  .object({
    messageId: z.string(),
    action: z.enum(HELD_ACTIONS),
    by: z.string(),
    at: z.iso.datetime(),
    seq: z.int().nullable().openapi({ description: "The message's number in the room; null if it was dropped." }),
  })
  .openapi('HeldDecision');
