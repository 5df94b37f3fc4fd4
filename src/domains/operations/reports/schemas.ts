/** Wire shapes of reports, for those who make them and for staff. */
import { z } from '@hono/zod-openapi';
import { Decision } from '@/domains/base/decisions/present';
import { RULES } from '@/domains/base/decisions/tables';
import { PublicCard } from '@/domains/base/users/schemas';
import { cursorPageOf, cursorQuery, orNull } from '@/http/envelope';
import { aText, inQuery } from '@/http/fields';
import { Evidence } from './present-evidence';
import { PRESETS } from './suggest';
import { REPORT_ACTIONS, REPORT_STATUSES, REPORT_TARGETS } from './tables';

const TEXT_CHARACTERS_MAX = 1_000;

const anId = z.string().min(1).max(64);
const targetType = z.enum(REPORT_TARGETS);
const category = z.enum(RULES);
const status = z.enum(REPORT_STATUSES);

export const NewReport = z
  .strictObject({
    targetType,
    targetId: anId,
    streamId: anId.optional().openapi({
      description: 'The room in whose chat the message is: a stream’s or a user’s. Required for a message.',
    }),
    category,
    text: aText(TEXT_CHARACTERS_MAX).optional().openapi({ description: 'What staff should know.' }),
    block: z.boolean().default(false).openapi({ description: 'Also blocks the person.' }),
  })
  .refine(({ targetType, streamId }) => targetType !== 'message' || streamId !== undefined, {
    path: ['streamId'],
    message: 'is required for a message',
  })
  .openapi('NewReport', {
    anyOf: [
      { properties: { targetType: { enum: REPORT_TARGETS.filter((target) => target !== 'message') } } },
      { required: ['streamId'] },
    ],
  });

export const ReportMade = z.object({ id: z.uuid(), status, createdAt: z.iso.datetime() }).openapi('ReportMade');

export const OwnReport = z
  .object({
    id: z.uuid(),
    targetType,
    targetId: z.string(),
    streamId: z.string().nullable(),
    category,
    text: z.string().nullable(),
    status,
    outcome: z.enum(['upheld', 'dismissed']).nullable().openapi({
      description: 'Whether staff found that it breaks a rule. Null until they decide.',
    }),
    createdAt: z.iso.datetime(),
    resolvedAt: z.iso.datetime().nullable(),
  })
  .openapi('OwnReport');

export const OwnReportPage = cursorPageOf(OwnReport);

const summary = {
  id: z.uuid(),
  targetType,
  targetId: z.string(),
  streamId: z.string().nullable(),
  subject: PublicCard.openapi({ description: 'The author of the target.' }),
  category: category.openapi({ description: 'The gravest that was reported.' }),
  count: z.int().openapi({ description: 'How many people reported it.' }),
  priority: z.int().min(1).max(4).openapi({ description: '1 is the most urgent.' }),
  hidden: z.boolean().openapi({ description: 'Whether the reports hid the target until you decide.' }),
  status,
  assignee: orNull(PublicCard),
  action: z.enum(REPORT_ACTIONS).nullable(),
  createdAt: z.iso.datetime(),
  resolvedAt: z.iso.datetime().nullable(),
};

export const ReportSummary = z.object(summary).openapi('ReportSummary');

export const ReportPage = cursorPageOf(ReportSummary);

export const Report = z
  .object({
    ...summary,
    evidence: orNull(Evidence).openapi({
      description: 'The target as it was when it was first reported. Null once an appeal is no longer possible.',
    }),
    reporters: z
      .array(z.object({ card: PublicCard, category, text: z.string().nullable(), at: z.iso.datetime() }))
      .openapi({ description: 'The first hundred.' }),
    suggested: z
      .object({ preset: z.enum(PRESETS), action: z.enum(REPORT_ACTIONS), until: z.iso.datetime().nullable() })
      .openapi({ description: "What the user's history suggests, if you uphold it." }),
    decision: orNull(Decision),
    note: z.string().nullable(),
  })
  .openapi('Report');

export const ReportsQuery = z.strictObject({
  ...cursorQuery,
  status: status.optional().openapi({ description: 'Without it: all that are not resolved.' }),
  category: category.optional(),
  targetType: targetType.optional(),
  assigneeId: anId.optional(),
  priority: inQuery(z.number().int().min(1).max(4)).optional(),
});

export const Assignment = z.strictObject({ assigneeId: anId.nullable() }).openapi('ReportAssignment');

export const Resolution = z
  .strictObject({
    action: z.enum(REPORT_ACTIONS),
    reason: aText(TEXT_CHARACTERS_MAX, 1).openapi({ description: 'For the user whom it is about.' }),
    until: z.iso
      .datetime({ offset: true })
      .optional()
      .openapi({ description: 'When a timeout ends. Required for it, and only for it.' }),
    note: aText(TEXT_CHARACTERS_MAX).optional().openapi({ description: 'Only for staff.' }),
  })
  .refine(({ action, until }) => (action === 'timeout') === (until !== undefined), {
    path: ['until'],
    message: 'goes with a timeout, and only with it',
  })
  .openapi('ReportResolution');

export const WaitingPosition = z.tuple([z.number().int(), z.string()]);
export const IdPosition = z.tuple([z.string()]);
export const OwnPosition = z.tuple([z.number().int(), z.string()]);
