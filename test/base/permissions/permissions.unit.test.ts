/** DESIGN's permission table as data, and the rule of who may rank whom. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeRanking, permissionsOf, staffCan, staffCanActOn } from '@/domains/base/permissions/permissions';
import { PERMISSIONS, type Permission, RANKS, type Rank, type Staff } from '@/shared/actor';

const FROM: [Permission, Rank][] = [
  ['canManageTickets', 'support'],
  ['canDeleteMessages', 'admin_l1'],
  ['canKickUsers', 'admin_l1'],
  ['canReviewReports', 'admin_l1'],
  ['canBanUsers', 'admin_l2'],
  ['canManageRooms', 'admin_l2'],
  ['canManageEvents', 'admin_l2'],
  ['canApproveGuides', 'admin_l3'],
  ['canApproveCreators', 'admin_l3'],
  ['canSeeAnalytics', 'admin_l3'],
  ['canManageCatalogue', 'admin_l3'],
  ['canManageStaff', 'country_admin'],
  ['canApproveCashout', 'owner'],
  ['canManageEconomy', 'owner'],
  ['canSeeLedger', 'owner'],
  ['canReplayWebhooks', 'owner'],
  ['canRefund', 'owner'],
  ['canFreezeMoney', 'owner'],
];

const person = (rank: Rank, more: Partial<Staff> = {}): Staff => ({
  rank,
  granted: [],
  denied: [],
  country: rank === 'country_admin' ? 'DE' : null,
  ...more,
});

describe('what a rank may do', () => {
  it('names every permission', () => {
    expect(FROM.map(([permission]) => permission).toSorted()).toEqual([...PERMISSIONS].toSorted());
  });

  it.each(FROM)('%s begins at %s', (permission, from) => {
    for (const rank of RANKS)
      expect(staffCan(person(rank), permission), rank).toBe(RANKS.indexOf(rank) >= RANKS.indexOf(from));
  });

  it('is nothing for a user who is not staff', () => {
    expect(permissionsOf(null)).toEqual([]);
  });

  it('gives way to what a person is granted or denied, the denial first', () => {
    expect(staffCan(person('support', { granted: ['canBanUsers'] }), 'canBanUsers')).toBe(true);
    expect(staffCan(person('owner', { denied: ['canBanUsers'] }), 'canBanUsers')).toBe(false);
    expect(staffCan(person('support', { granted: ['canBanUsers'], denied: ['canBanUsers'] }), 'canBanUsers')).toBe(
      false,
    );
  });
});

describe('whom staff act on', () => {
  it('is lower ranks and people without one, never an equal or a higher rank', () => {
    for (const [index, rank] of RANKS.entries()) {
      if (rank === 'country_admin') continue;
      expect(staffCanActOn(person(rank), { rank: null, country: null })).toBe(true);
      for (const [other, target] of RANKS.entries())
        expect(staffCanActOn(person(rank), { rank: target, country: null }), `${rank} on ${target}`).toBe(
          other < index,
        );
    }
  });

  it.each([
    ['DE', 'DE', true],
    ['DE', 'FR', false],
    ['DE', null, false],
    [null, null, false],
  ])('a country admin of %s and a target in %s: %s', (country, target, allowed) => {
    expect(staffCanActOn(person('country_admin', { country }), { rank: null, country: target })).toBe(allowed);
  });
});

describe('who may rank whom', () => {
  const nobody = { staff: null, country: 'DE' };
  const of = (staff: Staff, country: string | null = 'DE') => ({ staff, country });
  const cases: [string, Staff, Parameters<typeof judgeRanking>[1], Staff | null, ReturnType<typeof judgeRanking>][] = [
    ['the owner makes a country admin', person('owner'), nobody, person('country_admin'), 'allow'],
    ['the owner makes no other owner', person('owner'), nobody, person('owner'), 'RANK_TOO_HIGH'],
    ['no owner acts on another', person('owner'), of(person('owner')), null, 'STAFF_OUT_OF_REACH'],
    ['a country admin makes no other', person('country_admin'), nobody, person('country_admin'), 'RANK_TOO_HIGH'],
    ['a country admin makes an admin', person('country_admin'), nobody, person('admin_l3'), 'allow'],
    [
      'a country admin does so at home alone',
      person('country_admin'),
      { staff: null, country: 'FR' },
      person('support'),
      'STAFF_OUT_OF_REACH',
    ],
    ['a country admin removes an admin', person('country_admin'), of(person('admin_l3')), null, 'allow'],
    ['nobody removes an equal', person('admin_l3'), of(person('admin_l3')), null, 'STAFF_OUT_OF_REACH'],
    [
      'nobody grants by name what they lack',
      person('country_admin'),
      nobody,
      person('support', { granted: ['canSeeLedger'] }),
      'PERMISSION_NOT_YOURS',
    ],
    [
      'nobody grants by rank what they were denied',
      person('country_admin', { denied: ['canBanUsers'] }),
      nobody,
      person('admin_l2'),
      'PERMISSION_NOT_YOURS',
    ],
    [
      'nobody lifts a denial of what they lack',
      person('country_admin', { denied: ['canBanUsers'] }),
      of(person('admin_l2', { denied: ['canBanUsers'] })),
      person('admin_l2'),
      'PERMISSION_NOT_YOURS',
    ],
    [
      'what the target had already is not granted again',
      person('country_admin'),
      of(person('support', { granted: ['canSeeLedger'] })),
      person('admin_l1', { granted: ['canSeeLedger'] }),
      'allow',
    ],
    [
      'what one has beyond the rank may be passed on',
      person('country_admin', { granted: ['canSeeLedger'] }),
      nobody,
      person('support', { granted: ['canSeeLedger'] }),
      'allow',
    ],
  ];
  it.each(cases)('%s', (_, actor, target, after, verdict) => {
    expect(judgeRanking(actor, target, after)).toBe(verdict);
  });
});

describe('the owner whom OWNER_EMAIL names', () => {
  const named: Staff = { ...person('owner'), isNamedOwner: true };

  it('acts on other owners, and nobody acts on a higher rank otherwise', () => {
    expect(staffCanActOn(named, { rank: 'owner', country: null })).toBe(true);
    expect(judgeRanking(named, { staff: person('owner'), country: null }, null)).toBe('allow');
    expect(staffCanActOn(person('owner'), { rank: 'owner', country: null })).toBe(false);
  });

  it('makes no other owner', () => {
    expect(judgeRanking(named, { staff: null, country: null }, person('owner'))).toBe('RANK_TOO_HIGH');
  });
});

describe('whatever ranks and permissions two people have', () => {
  const permissions = fc.subarray([...PERMISSIONS]);
  const aStaff = fc.record<Staff>({
    rank: fc.constantFrom(...RANKS),
    granted: permissions,
    denied: permissions,
    country: fc.constantFrom('DE', 'FR', null),
  });
  const maybe = fc.option(aStaff, { nil: null });
  const country = fc.constantFrom('DE', 'FR', null);
  const levelOf = (staff: Staff | null) => (staff ? RANKS.indexOf(staff.rank) : -1);

  it('nobody grants what they lack, gives their own rank, or acts on an equal or higher rank', () => {
    fc.assert(
      fc.property(aStaff, maybe, maybe, country, (actor, before, after, home) => {
        if (judgeRanking(actor, { staff: before, country: home }, after) !== 'allow') return;
        expect(levelOf(before)).toBeLessThan(levelOf(actor));
        expect(levelOf(after)).toBeLessThan(levelOf(actor));
        const gained = permissionsOf(after).filter((permission) => !staffCan(before, permission));
        expect(gained.filter((permission) => !staffCan(actor, permission))).toEqual([]);
        if (actor.rank === 'country_admin') expect(home).toBe(actor.country);
      }),
      { numRuns: 2_000 },
    );
  });

  it('nobody changes their own rank by this rule, since it equals itself', () => {
    fc.assert(
      fc.property(aStaff, maybe, country, (actor, after, home) => {
        expect(judgeRanking(actor, { staff: actor, country: home }, after)).toBe('STAFF_OUT_OF_REACH');
      }),
    );
  });

  it('each permission can be given to one person of any rank, and taken from them', () => {
    fc.assert(
      fc.property(aStaff, fc.constantFrom(...PERMISSIONS), (staff, permission) => {
        const others = staff.granted.filter((one) => one !== permission);
        expect(staffCan({ ...staff, granted: [...others, permission], denied: [] }, permission)).toBe(true);
        expect(staffCan({ ...staff, granted: others, denied: [permission] }, permission)).toBe(false);
      }),
    );
  });
});
