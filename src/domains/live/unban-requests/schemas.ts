/** Wire shapes of requests to lift a ban. */
import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { anId } from '@/domains/live/rooms/schemas';
import { pageOf, pageQuery } from '@/http/envelope';
import { aText } from '@/http/fields';
import { UNBAN_STATUSES } from './tables';

const TEXT_CHARACTERS_MAX = 500;

export const ById = z.strictObject({ id: anId });
export const ByIdAndRequest = z.strictObject({ id: anId, requestId: anId });

export const NewUnbanRequest = z.strictObject({ text: aText(TEXT_CHARACTERS_MAX, 1) }).openapi('NewUnbanRequest');

export const UnbanDecision = z
  .strictObject({
    accept: z.boolean().openapi({ description: 'True lifts the ban.' }),
    answer: aText(TEXT_CHARACTERS_MAX).optional().openapi({ description: 'Shown to the user.' }),
  })
  .openapi('UnbanDecision');

const status = z.enum(UNBAN_STATUSES);

export const UnbanRequest = z
  .object({
    id: z.string(),
    user: PublicCard,
    text: z.string(),
    status: status.openapi({ description: '`closed`: the ban was lifted without a decision about the request.' }),
    answer: z.string().nullable(),
    createdAt: z.iso.datetime(),
    decidedAt: z.iso.datetime().nullable(),
  })
  .openapi('UnbanRequest');

export const UnbanRequestList = pageOf(
  UnbanRequest.extend({
    decidedBy: PublicCard.nullable(),
    ban: z
      .object({ reason: z.string().nullable(), at: z.iso.datetime() })
      .nullable()
      .openapi({ description: 'The ban that they ask about. Null once it was lifted.' }),
  }).openapi('ReceivedUnbanRequest'),
);
export const UnbanRequestQuery = z.strictObject({ ...pageQuery, status: status.optional() });
