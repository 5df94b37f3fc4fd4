/** Turns rows of applications into wire shapes. */
import type { z } from '@hono/zod-openapi';
import { toIso, toIsoOrNull } from '@/shared/time';
import { mayReapplyFrom } from './eligibility';
import type { GuideApplication } from './schemas';
import type { GuideApplicationRow } from './tables';

export function presentGuideApplication(row: GuideApplicationRow): z.input<typeof GuideApplication> {
  const { id, status, motivation, languages, experience, availability, reason, decisionId } = row;
  return {
    id,
    status,
    motivation,
    languages,
    ...(experience === null ? {} : { experience }),
    ...(availability === null ? {} : { availability }),
    ...(reason === null ? {} : { reason }),
    ...(decisionId === null ? {} : { decisionId }),
    ...(row.suspendedUntil === null ? {} : { suspendedUntil: toIso(row.suspendedUntil) }),
    ...(status === 'REJECTED' && row.decidedAt !== null ? { mayReapplyAt: toIso(mayReapplyFrom(row.decidedAt)) } : {}),
    submittedAt: toIso(row.submittedAt),
    approvedAt: toIsoOrNull(row.approvedAt),
    decidedAt: toIsoOrNull(row.decidedAt),
  };
}
