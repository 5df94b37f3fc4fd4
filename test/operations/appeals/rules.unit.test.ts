import { describe, expect, it } from 'vitest';
import type { ActiveStaff } from '@/domains/base/permissions/active-staff';
import { endOfMonth, lastMonths, startOfMonth } from '@/domains/operations/appeals/months';
import { canAnother } from '@/domains/operations/appeals/other-reviewer';
import type { Staff } from '@/shared/actor';

const SUBJECT = { userId: 'subject', rank: null, country: 'PT' };
const staff = (rank: Staff['rank'], more: Partial<Staff> = {}): Staff => ({
  rank,
  granted: [],
  denied: [],
  country: null,
  ...more,
});
const colleague = (userId: string, rank: Staff, hasTotp = true): ActiveStaff => ({ userId, staff: rank, hasTotp });

describe('another member of staff answers an appeal', () => {
  it.each<[string, boolean, ActiveStaff]>([
    ['if their rank has the permission', true, colleague('other', staff('admin_l2'))],
    ['if they were given the permission', true, colleague('other', staff('support', { granted: ['canBanUsers'] }))],
    ['unless the permission was taken', false, colleague('other', staff('owner', { denied: ['canBanUsers'] }))],
    ['unless their rank sleeps without a second factor', false, colleague('other', staff('owner'), false)],
    ['unless they are the one who decided', false, colleague('decider', staff('owner'))],
    ['unless they are the user themselves', false, colleague('subject', staff('owner'))],
    ['unless the user is in another country', false, colleague('other', staff('country_admin', { country: 'DE' }))],
    ['if the user is in their country', true, colleague('other', staff('country_admin', { country: 'PT' }))],
  ])('%s', (_, expected, person) => {
    expect(canAnother([person], 'decider', SUBJECT)).toBe(expected);
  });

  it('unless the user has the same rank', () => {
    expect(canAnother([colleague('other', staff('admin_l2'))], 'decider', { ...SUBJECT, rank: 'admin_l2' })).toBe(
      false,
    );
  });
});

describe('months', () => {
  it('go back over the turn of a year, newest first', () => {
    expect(lastMonths(Date.UTC(2027, 1, 28, 23, 59), 4)).toEqual(['2027-02', '2027-01', '2026-12', '2026-11']);
  });

  it('do not skip a short month on its last day', () => {
    expect(lastMonths(Date.UTC(2027, 2, 31), 2)).toEqual(['2027-03', '2027-02']);
  });

  it('end where the next one begins', () => {
    expect(endOfMonth('2026-12')).toBe(startOfMonth('2027-01'));
    expect(new Date(endOfMonth('2028-02')).toISOString()).toBe('2028-03-01T00:00:00.000Z');
  });
});
