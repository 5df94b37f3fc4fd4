/** Whether anyone but the member of staff who decided could answer an appeal. Takes no Context. */
import type { ActiveStaff } from '@/domains/base/permissions/active-staff';
import { canActOn, staffCan } from '@/domains/base/permissions/permissions';
import type { Rank } from '@/shared/actor';

interface Subject {
  readonly userId: string;
  readonly rank: Rank | null;
  readonly country: string | null;
}

/** They need an active rank with the permission, and must be able to act on the user. */
export function canAnother(colleagues: readonly ActiveStaff[], deciderId: string, subject: Subject): boolean {
  return colleagues.some(
    ({ userId, staff, hasTotp }) =>
      userId !== deciderId && hasTotp && staffCan(staff, 'canBanUsers') && canActOn({ userId, staff }, subject),
  );
}
