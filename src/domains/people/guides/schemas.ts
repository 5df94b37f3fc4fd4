/** Wire shapes of guide applications, a guide's profile and targets. */
import { z } from '@hono/zod-openapi';
import { aDiamondCount, GUIDE_METRICS, TARGET_PERIODS } from '@/contracts/economy';
import { languageTag } from '@/domains/base/settings/schemas';
import { PublicCard } from '@/domains/base/users/schemas';
import { USER_STATUSES } from '@/domains/base/users/status';
import { orNull, pageQuery } from '@/http/envelope';
import { aText } from '@/http/fields';
import { GUIDE_STATUSES } from '@/shared/actor';
import { NOT_COUNTED_REASONS } from './progress';

const TEXT_CHARACTERS_MAX = 2_000;
const REASON_CHARACTERS_MAX = 500;
const LANGUAGES_MAX = 10;

const time = z.iso.datetime();
const Status = z.enum(GUIDE_STATUSES).exclude(['NONE']);

export const GuideApplicationRequest = z
  .strictObject({
    motivation: aText(TEXT_CHARACTERS_MAX, 1),
    languages: z
      .array(languageTag)
      .min(1)
      .max(LANGUAGES_MAX)
      .refine((list) => new Set(list).size === list.length, 'must not repeat a language')
      .openapi({ uniqueItems: true, description: 'The languages that the applicant speaks: BCP 47.' }),
    experience: aText(TEXT_CHARACTERS_MAX).optional(),
    availability: aText(TEXT_CHARACTERS_MAX).optional(),
  })
  .openapi('GuideApplicationRequest');

export const GuideApplication = z
  .object({
    id: z.uuid(),
    status: Status,
    motivation: z.string(),
    languages: z.array(z.string()),
    experience: z.string().optional(),
    availability: z.string().optional(),
    reason: z.string().optional().describe('Why it was rejected, or the approval suspended or withdrawn.'),
    decisionId: z.uuid().optional().describe('The decision with that reason, which can be appealed.'),
    suspendedUntil: time.optional().describe('When the suspension ends by itself.'),
    mayReapplyAt: time.optional().describe('When the user may apply again.'),
    submittedAt: time,
    approvedAt: time.nullable(),
    decidedAt: time.nullable(),
  })
  .openapi('GuideApplication');

export const GuideApplicationInReview = GuideApplication.extend({
  applicant: PublicCard,
  applicantStatus: z.enum(USER_STATUSES).describe('Nothing can be decided unless it is `active`.'),
  country: z.string().nullable(),
  decidedBy: orNull(PublicCard),
}).openapi('GuideApplicationInReview');

export const GuideApplicationsQuery = z.strictObject({ ...pageQuery, status: Status.optional() });

const reason = aText(REASON_CHARACTERS_MAX, 1);
export const GuideRejection = z.strictObject({ reason }).openapi('GuideRejection');
export const GuideSuspension = z
  .strictObject({
    reason,
    withdraw: z
      .boolean()
      .default(false)
      .describe('True: the approval is withdrawn instead, and the guide may reapply.'),
    until: z.iso.datetime({ offset: true }).optional().describe('When the suspension ends by itself.'),
  })
  .openapi('GuideSuspension', { example: { reason: 'Missed three shifts.', until: '2030-12-23T18:00:00.000Z' } });

const Stats = z
  .object({
    stageMinutes: z.int().describe('Minutes on the stage with at least two verified others present.'),
    roomsHosted: z.int().describe('Rooms that the guide opened and in which minutes counted.'),
    guestsServed: z.int().describe('The others present in those minutes, each once a room and day.'),
    giftsInRooms: z.int().describe('Diamonds of gifts and tips in rooms, without reversed ones.'),
  })
  .openapi('GuideStats');

export const GuideProfile = z
  .object({
    userId: z.uuid(),
    since: time.describe('When the guide was first approved.'),
    status: z.enum(GUIDE_STATUSES),
    stats: Stats,
    month: Stats.describe('Since the first day of the month (UTC).'),
    earnings: z.object({ diamonds: aDiamondCount }).describe('The rewards of reached targets, minus reversed ones.'),
  })
  .openapi('GuideProfile');

const GuideTarget = z
  .object({
    id: z.string(),
    tier: z.int(),
    metric: z.enum(GUIDE_METRICS),
    threshold: z.int(),
    period: z.enum(TARGET_PERIODS),
    reward: z.object({ diamonds: aDiamondCount }),
    audience: z.literal('guide'),
    progress: z.int().describe('Progress in the current period.'),
    periodEndsAt: time.nullable().describe('Null: the period never ends.'),
    reachedAt: time.optional().describe('When it was rewarded, within an hour of being reached.'),
    notCounted: z
      .array(z.object({ reason: z.enum(NOT_COUNTED_REASONS), amount: z.int() }))
      .describe(
        'What was left out of the progress, and why. `FEW_OTHERS`: fewer than two verified others were there. ' +
          '`NOT_APPROVED`: your approval was suspended. `REVERSED`: the payment was taken back. `TOO_SHORT`: days with ' +
          'less than half an hour that counts.',
      ),
  })
  .openapi('GuideTarget');
export const GuideTargetList = z.object({ items: z.array(GuideTarget) });
