/** Turns application rows into wire shapes. */

import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { toIso, toIsoOrNull } from '@/shared/time';
import { maskFinancial, openFinancial } from './financial';
import type { Application } from './schemas';
import type { ApplicationRow } from './tables';

/** Without the bank details. */
export function presentSummary(row: Omit<ApplicationRow, 'financial'>) {
  const { id, status, type, bio, categories, documentType, documentKey, legalName, birthDate, reason } = row;
  return {
    id,
    status,
    type,
    profile: { bio, categories },
    identity: { documentType, documentUploaded: documentKey !== null, legalName, birthDate },
    ...(reason === null ? {} : { reason }),
    submittedAt: toIso(row.submittedAt),
    decidedAt: toIsoOrNull(row.decidedAt),
  };
}

export async function presentApplication(ctx: Context, row: ApplicationRow): Promise<z.input<typeof Application>> {
  const financial = maskFinancial(await openFinancial(ctx, row), row.accountLast4);
  return { ...presentSummary(row), financial };
}
