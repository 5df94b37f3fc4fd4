import { describe, expect, it } from 'vitest';
import { DAY_MS, toDay } from '@/shared/time';
import { isTimeZone, timeZone } from '@/shared/time-zone';

describe('a time zone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Kathmandu', 'Etc/GMT+5'])(
    'has the name %s',
    (name) => expect(isTimeZone(name)).toBe(true),
  );
  it.each(['', ' ', 'Mars/Olympus', '+02:00', '-05:00', "UTC'--", 'Europe/Berlin\n', 'Europe/', '../UTC', '🌍'])(
    'does not have the name %j',
    (name) => expect(isTimeZone(name)).toBe(false),
  );
});

describe('a day begins', () => {
  it.each([
    ['UTC', '2026-11-23', '2026-11-23T00:00:00Z'],
    ['Europe/Berlin', '2026-07-01', '2026-06-30T22:00:00Z'],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00Z'], // the day when summer begins, at two
    ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00Z'],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00Z'], // the day when summer ends, at three
    ['Europe/Berlin', '2026-10-26', '2026-10-25T23:00:00Z'],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00:00Z'],
    ['America/New_York', '2026-03-09', '2026-03-09T04:00:00Z'],
    ['Australia/Sydney', '2026-04-05', '2026-04-04T13:00:00Z'], // clocks go back at three
    ['Australia/Sydney', '2026-10-04', '2026-10-03T14:00:00Z'], // and forward at two
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00Z'], // no midnight: the day begins at one
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z'], // no midnight either
    ['America/Sao_Paulo', '2018-02-18', '2018-02-18T03:00:00Z'], // midnight comes twice: the day begins with the second
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00Z'], // midnight comes twice: the day begins with the first
    ['Atlantic/Azores', '2026-10-25', '2026-10-25T00:00:00Z'],
    ['Asia/Amman', '2021-10-29', '2021-10-28T21:00:00Z'],
    ['Asia/Kathmandu', '2026-01-01', '2025-12-31T18:15:00Z'],
    ['Pacific/Kiritimati', '2026-01-01', '2025-12-31T10:00:00Z'],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z'], // the zone skipped the day before
  ])('in %s on %s at %s', (name, day, at) => {
    expect(new Date(timeZone(name).startOf(day)).toISOString()).toBe(new Date(at).toISOString());
  });

  it('at the same time in whatever order days are asked for', () => {
    for (const name of ['America/Havana', 'Atlantic/Azores', 'Africa/Cairo', 'America/New_York']) {
      const days = Array.from({ length: 366 }, (_, index) => toDay(Date.parse('2026-01-01') + index * DAY_MS));
      const [up, down] = [timeZone(name), timeZone(name)];
      const downwards = days.toReversed().map((day) => down.startOf(day));
      expect([name, downwards.toReversed()]).toEqual([name, days.map((day) => up.startOf(day))]);
    }
  });

  it('when the one before ends, all year and in every zone', () => {
    for (const name of Intl.supportedValuesOf('timeZone')) {
      const zone = timeZone(name);
      for (const day of ['2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01']) {
        const at = zone.startOf(day);
        expect([name, zone.dayOf(at)]).toEqual([name, day]);
        expect([name, zone.dayOf(at - 1) < day]).toEqual([name, true]);
      }
    }
  });
});

it('a time falls on the day of its zone', () => {
  const at = Date.parse('2026-11-23T23:30:00Z');
  expect(timeZone('UTC').dayOf(at)).toBe('2026-11-23');
  expect(timeZone('Asia/Tokyo').dayOf(at)).toBe('2026-11-24');
  expect(timeZone('America/Los_Angeles').dayOf(at)).toBe('2026-11-23');
});
