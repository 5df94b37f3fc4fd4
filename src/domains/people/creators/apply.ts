/** Applying to become a creator. A user has only one application ever, which can be amended but not replaced. */

import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { setCreatorStatus } from '@/domains/base/users/write';
import { httpError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { isAtLeastYearsOld } from '@/shared/time';
import { creatorError } from './errors';
import { sealFinancial } from './financial';
import { presentApplication } from './present';
import type { Application, ApplicationRequest } from './schemas';
import { type ApplicationRow, creatorApplications } from './tables';

const AGE_YEARS_MIN = 18;

/** Throws APPLICATION_EXISTS, VALIDATION_FAILED. */
export async function apply(
  ctx: Context,
  actor: Actor,
  request: z.output<typeof ApplicationRequest>,
): Promise<z.input<typeof Application>> {
  if (actor.creatorStatus === 'APPROVED') throw creatorError('APPLICATION_EXISTS');
  const { profile, identity, financial } = request;
  checkAge(ctx, identity.birthDate);
  const id = newId();
  const row: ApplicationRow = {
    id,
    userId: actor.userId,
    type: request.type ?? (actor.role === 'viewer' ? 'creator' : actor.role),
    status: 'PENDING',
    ...profile,
    documentType: identity.documentType ?? null,
    documentKey: null,
    legalName: identity.legalName,
    birthDate: identity.birthDate,
    ...(await sealFinancial(ctx, id, financial)),
    reason: null,
    submittedAt: ctx.now(),
    decidedAt: null,
    decidedBy: null,
  };
  await commit(ctx, [ctx.db.insert(creatorApplications).values(row), setCreatorStatus(ctx, actor.userId, 'PENDING')], {
    events: [staffEvent('creator-application', { id, subjectId: actor.userId })],
    refusals: { 'creator_applications.user_id': () => creatorError('APPLICATION_EXISTS') },
  });
  ctx.log.event('application.submitted', { applicationId: id, type: row.type });
  return presentApplication(ctx, row);
}

/** Throws VALIDATION_FAILED. */
export function checkAge(ctx: Context, birthDate: string): void {
  if (isAtLeastYearsOld(birthDate, AGE_YEARS_MIN, ctx.now())) return;
  throw httpError('VALIDATION_FAILED', {
    details: [{ path: 'identity.birthDate', message: `must be at least ${AGE_YEARS_MIN} years ago` }],
  });
}
