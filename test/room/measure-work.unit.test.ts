/** What counts as a guide's work: who has to be there, and what is left out. */
import { describe, expect, it } from 'vitest';
import { type GuideTurn, measureWork, type Stay } from '@/room/measure-work';
import { DAY_MS, MINUTE_MS } from '@/shared/time';

const DAY = Date.parse('2027-02-15T00:00:00Z');
const NOON = DAY + DAY_MS / 2;
const minute = (count: number) => NOON + count * MINUTE_MS;
const between = (from: number, to: number) => ({ from: minute(from), to: minute(to) });
const ALWAYS = [{ from: 0, to: Number.POSITIVE_INFINITY }];

const turn = (from: number, to: number, more: Partial<GuideTurn> = {}): GuideTurn => ({
  ...{ userId: 'guide', terms: ALWAYS, elsewhere: [] },
  ...between(from, to),
  ...more,
});
const stay = (userId: string, from: number, to: number): Stay => ({ userId, ...between(from, to) });
const guide = (from = 0, to = 60) => stay('guide', from, to);
const minutesOf = (turns: GuideTurn[], stays: Stay[]) =>
  measureWork(turns, stays, DAY).map(({ seconds, aloneSeconds, unapprovedSeconds, guests, aloneGuests }) => ({
    ...{ counted: seconds / 60, alone: aloneSeconds / 60, unapproved: unapprovedSeconds / 60, guests, aloneGuests },
  }));

describe('a minute on the stage', () => {
  it('counts with two others in the room, and not with one', () => {
    const stays = [guide(), stay('one', 0, 60), stay('two', 20, 40)];
    expect(minutesOf([turn(0, 60)], stays)).toEqual([
      { counted: 20, alone: 40, unapproved: 0, guests: 2, aloneGuests: 0 },
    ]);
  });

  it('counts another person once, however many connections they have', () => {
    const stays = [guide(), stay('one', 0, 60), stay('one', 10, 50), stay('one', 10, 50)];
    expect(minutesOf([turn(0, 60)], stays)).toEqual([
      { counted: 0, alone: 60, unapproved: 0, guests: 0, aloneGuests: 1 },
    ]);
  });

  it('does not count while the guide is not in the room', () => {
    const stays = [guide(0, 10), guide(50, 60), stay('one', 0, 60), stay('two', 0, 60), stay('three', 0, 60)];
    expect(minutesOf([turn(0, 60)], stays)).toMatchObject([{ counted: 20, alone: 0 }]);
  });

  it('does not count while the approval is suspended, and says so', () => {
    const stays = [guide(), stay('one', 0, 60), stay('two', 0, 60)];
    const terms = [between(-100, 10), between(40, 100)];
    expect(minutesOf([turn(0, 60, { terms })], stays)).toMatchObject([{ counted: 30, unapproved: 30 }]);
  });

  it('counts in one room at a time: where the guide went last', () => {
    const stays = [guide(), stay('one', 0, 60), stay('two', 0, 60)];
    const elsewhere = [between(30, 45), between(40, 50)];
    expect(minutesOf([turn(0, 60, { elsewhere })], stays)).toMatchObject([{ counted: 40, alone: 0 }]);
  });

  it('counts other guides as others, and each guide for themselves', () => {
    const stays = [guide(), stay('other', 0, 60), stay('one', 0, 30)];
    const turns = [turn(0, 60), turn(10, 60, { userId: 'other' })];
    expect(measureWork(turns, stays, DAY)).toMatchObject([
      { userId: 'guide', seconds: 30 * 60, guests: 2 },
      { userId: 'other', seconds: 20 * 60, guests: 2 },
    ]);
  });

  it('counts once if turns touch or overlap', () => {
    const stays = [guide(), stay('one', 0, 60), stay('two', 0, 60)];
    expect(minutesOf([turn(0, 30), turn(20, 40), turn(40, 60)], stays)).toMatchObject([{ counted: 60 }]);
  });
});

describe('a guest', () => {
  it('is served only in minutes that count, once a day', () => {
    const stays = [
      ...[guide(), stay('one', 0, 60), stay('two', 20, 40), stay('two', 22, 24), stay('early', 0, 10)],
      ...[stay('late', 50, 55), stay('gone', 80, 90)],
    ];
    // With `early` and with `late`, two others are there as well.
    expect(minutesOf([turn(15, 60)], stays)).toEqual([
      { counted: 25, alone: 20, unapproved: 0, guests: 3, aloneGuests: 0 },
    ]);
  });
});

describe('a turn across midnight', () => {
  it('belongs to both days with its parts, and meets its guests on each', () => {
    const [from, to] = [DAY + DAY_MS - 10 * MINUTE_MS, DAY + DAY_MS + 20 * MINUTE_MS];
    const stays = ['guide', 'one', 'two'].map((userId) => ({ userId, from, to }));
    const whole = { ...turn(0, 0), from, to };
    expect(measureWork([whole], stays, DAY)).toMatchObject([
      { day: '2027-02-15', seconds: 600, guests: 2 },
      { day: '2027-02-16', seconds: 1_200, guests: 2 },
    ]);
    expect(measureWork([whole], stays, DAY + DAY_MS)).toMatchObject([{ day: '2027-02-16', seconds: 1_200 }]);
  });
});

it('is nothing for a guide who never came', () => {
  expect(measureWork([turn(0, 60)], [stay('one', 0, 60), stay('two', 0, 60)], DAY)).toEqual([]);
});
