/** Wire shapes of appeals. */
import { z } from '@hono/zod-openapi';
import { Decision } from '@/domains/base/decisions/present';
import { PublicCard } from '@/domains/base/users/schemas';
import { Evidence } from '@/domains/operations/reports/present-evidence';
import { cursorQuery, orNull } from '@/http/envelope';
import { aText } from '@/http/fields';
import { APPEAL_STATUSES } from './tables';

const ID_CHARACTERS_MAX = 64;
const APPEAL_CHARACTERS_MAX = 4_000;
const ANSWER_CHARACTERS_MAX = 2_000;

export const anId = z.string().min(1).max(ID_CHARACTERS_MAX);
const status = z.enum(APPEAL_STATUSES);

export const AppealRequest = z
  .strictObject({
    decisionId: anId,
    text: aText(APPEAL_CHARACTERS_MAX, 1).describe('Why the decision is wrong.'),
  })
  .openapi('AppealRequest');

const shared = {
  id: z.string(),
  decision: Decision,
  text: z.string(),
  status,
  answer: z.string().nullable(),
  createdAt: z.iso.datetime(),
  decidedAt: z.iso.datetime().nullable(),
};

export const Appeal = z.object(shared).openapi('Appeal');

export const AppealInReview = z
  .object({
    ...shared,
    subject: PublicCard,
    evidence: orNull(Evidence).openapi({
      description: 'The evidence of the report that led to the decision, while it is kept.',
    }),
    reportId: z.string().nullable(),
    decidedBy: orNull(PublicCard).openapi({
      description: 'The member of staff who made the decision. Null: the account no longer exists.',
    }),
    resolvedBy: orNull(PublicCard).openapi({ description: 'The member of staff who answered the appeal.' }),
  })
  .openapi('AppealInReview');

export const AppealsQuery = z.strictObject({ ...cursorQuery, status: status.optional() });

export const AppealAnswer = z
  .strictObject({
    accept: z.boolean().describe('True reverses the decision.'),
    answer: aText(ANSWER_CHARACTERS_MAX, 1).describe('For the user.'),
  })
  .openapi('AppealAnswer');

/** The cursor position: the last id of a page. */
export const CursorPosition = z.tuple([z.string()]);
