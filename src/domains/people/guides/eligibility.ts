/** Judges whether a user may apply to be a guide. Takes no Context. */
import type { GuideRules } from '@/contracts/economy';
import { fold } from '@/shared/text';
import { DAY_MS, isAtLeastYearsOld } from '@/shared/time';

export const AGE_YEARS_MIN = 18;
const REAPPLY_MS = 30 * DAY_MS;

interface Applicant {
  /** In the user's own words. */
  readonly gender: string | null;
  readonly birthDate: string | null;
  readonly country: string | null;
}

interface Problem {
  readonly path: string;
  readonly message: string;
}

/** Names every field of the profile that stands in the way, and what to do. @param now milliseconds */
export function judgeEligibility(rules: GuideRules, { gender, birthDate, country }: Applicant, now: number): Problem[] {
  const asksGender = rules.gender !== null && !(country !== null && rules.exceptCountries.includes(country));
  const isOfGender = gender !== null && rules.gender !== null && fold(gender.trim()) === fold(rules.gender);
  return [
    ...(asksGender && !isOfGender
      ? [{ path: 'gender', message: `must be ${rules.gender} in your profile. Change it with PUT /user/profile.` }]
      : []),
    ...(birthDate === null
      ? [{ path: 'birthDate', message: 'is missing from your profile. Add it with PUT /user/profile.' }]
      : []),
    ...(birthDate !== null && !isAtLeastYearsOld(birthDate, AGE_YEARS_MIN, now)
      ? [{ path: 'birthDate', message: `must be at least ${AGE_YEARS_MIN} years ago` }]
      : []),
  ];
}

/** When (ms) the user may apply again after a rejection or a withdrawal at `decidedAt`. */
export function mayReapplyFrom(decidedAt: number): number {
  return decidedAt + REAPPLY_MS;
}
