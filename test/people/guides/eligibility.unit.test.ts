/** Who may apply to be a guide. */
import { describe, expect, it } from 'vitest';
import { judgeEligibility, mayReapplyFrom } from '@/domains/people/guides/eligibility';
import { DAY_MS } from '@/shared/time';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const RULES = { gender: 'female', exceptCountries: ['FR'] };
const adult = { gender: 'female', birthDate: '2000-01-01', country: 'DE' };
const missing = (applicant: { gender?: string | null; birthDate?: string; country?: string }, rules = RULES) =>
  judgeEligibility(rules, { ...adult, ...applicant }, NOW).map(({ path }) => path);

describe('an applicant', () => {
  it.each(['female', 'Female', ' FEMALE '])('may state the gender as %j', (gender) => {
    expect(missing({ gender })).toEqual([]);
  });

  it('of another gender, or of none, is not eligible', () => {
    expect(missing({ gender: 'male' })).toEqual(['gender']);
    expect(missing({ gender: null })).toEqual(['gender']);
  });

  it('may be of any gender in an excepted country, or where none is asked', () => {
    expect(missing({ gender: null, country: 'FR' })).toEqual([]);
    expect(judgeEligibility({ ...RULES, gender: null }, { ...adult, gender: null }, NOW)).toEqual([]);
  });

  it('is 18 on their birthday in UTC, and not the day before', () => {
    expect(missing({ birthDate: '2008-11-30' })).toEqual([]);
    expect(missing({ birthDate: '2008-12-01' })).toEqual(['birthDate']);
  });

  it('without a birth date learns where to add it', () => {
    const problems = judgeEligibility(RULES, { ...adult, gender: null, birthDate: null }, NOW);
    expect(problems).toMatchObject([
      { path: 'gender', message: expect.stringContaining('PUT /user/profile') },
      { path: 'birthDate', message: expect.stringContaining('PUT /user/profile') },
    ]);
  });
});

it('a rejected applicant may apply again 30 days later', () => {
  expect(mayReapplyFrom(NOW) - NOW).toBe(30 * DAY_MS);
});
