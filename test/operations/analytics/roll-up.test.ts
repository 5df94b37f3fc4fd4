/** Roll-ups equal a recount of what happened, and stay when accounts end. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { actorOf } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { forgetActiveDays } from '@/domains/operations/analytics/forget';
import { samplePeaks } from '@/domains/operations/analytics/peaks';
import { readAnalytics } from '@/domains/operations/analytics/read';
import { rollUpDay, sweepActiveDays } from '@/domains/operations/analytics/roll-up';
import { firstIdAt, newId } from '@/shared/ids';
import { DAY_MS, HOUR_MS, toDay } from '@/shared/time';

const DAYS = 3;
const COUNTRIES = ['DE', 'FR', null] as const;
const KINDS = ['gift', 'tip', 'purchase', 'payout', 'stream', 'watch', 'active', 'report', 'registration'] as const;

interface Happening {
  readonly kind: (typeof KINDS)[number];
  readonly person: number;
  readonly at: number;
  readonly amount: number;
}

const aHappening = fc.record({
  kind: fc.constantFrom(...KINDS),
  person: fc.nat(5),
  at: fc.oneof(fc.nat(DAYS * DAY_MS - 1), fc.constantFrom(0, DAY_MS - 1, DAY_MS, 2 * DAY_MS - 1)),
  amount: fc.integer({ min: 1, max: 999 }),
});

const run = (query: string, ...values: unknown[]) => env.DB.prepare(query).bind(...values);

/** An id of this time that no other has. */
const idAt = (ms: number) => firstIdAt(ms).slice(0, 14) + newId().slice(14);

const userRow = (id: string, country: string | null, at: number) =>
  run(
    `INSERT INTO users (id, email, email_key, username, display_name, country, created_at, updated_at)
     VALUES (?, ?, ?, ?, 'A', ?, ?, ?)`,
    ...[id, id, id, `u${id.replaceAll('-', '').slice(-20)}`, country, at, at],
  );

/** The rows of what happened. */
function rowsOf({ kind, at, amount }: Happening, userId: string, country: string | null) {
  const id = idAt(at);
  switch (kind) {
    case 'registration':
      return [userRow(id, country, at)];
    case 'gift':
    case 'tip':
      return [
        run(
          `INSERT INTO gifts_sent (id, gift_id, quantity, coins, diamonds, sender_id, recipient_id, economy_version,
             idempotency_key, body_hash, created_at) VALUES (?, ?, 1, 1, 1, ?, ?, 1, ?, '', ?)`,
          ...[id, kind === 'gift' ? newId() : null, userId, newId(), id, at],
        ),
      ];
    case 'purchase':
      return [
        run(
          `INSERT INTO purchases (id, user_id, package_id, package_name, coins, bonus_coins, amount_minor, currency, status,
             provider, success_url, cancel_url, economy_version, idempotency_key, body_hash, created_at, expires_at, paid_at)
           VALUES (?, ?, 'p', 'p', ?, 7, 1, 'USD', 'paid', 'sandbox', '', '', 1, ?, '', ?, ?, ?)`,
          ...[id, userId, amount, id, at, at, at],
        ),
      ];
    case 'payout':
      return [
        run(
          `INSERT INTO payouts (id, user_id, source, amount_minor, fee_minor, currency, method, status, economy_version,
             idempotency_key, body_hash, requested_at, paid_at)
           VALUES (?, ?, 'sales', ?, 0, ?, 'bank', 'paid', 1, ?, '', ?, ?)`,
          ...[id, userId, amount, amount % 2 ? 'USD' : 'JPY', id, at, at],
        ),
      ];
    case 'stream':
    case 'watch':
      return [
        run(
          `INSERT INTO streams (id, channel_id, creator_id, title, status, started_at, ended_at, created_at, updated_at)
           VALUES (?, (SELECT id FROM channels WHERE creator_id = ?), ?, 'S', 'ended', ?, ?, ?, ?)`,
          ...[id, userId, userId, kind === 'stream' ? at : null, at, at, at],
        ),
        ...(kind === 'watch'
          ? [
              run(
                `INSERT INTO stream_analytics (stream_id, unique_viewers, peak_viewers, watch_seconds, messages, reactions,
                   viewer_curve, created_at) VALUES (?, 1, 1, ?, 0, '{}', '[]', ?)`,
                ...[id, amount, at],
              ),
            ]
          : []),
      ];
    case 'active':
      return [run('INSERT OR IGNORE INTO active_days (day, user_id) VALUES (?, ?)', toDay(at), userId)];
    case 'report':
      return [
        run(
          `INSERT INTO reports (id, target_type, target_id, subject_id, category, base, fingerprint, created_at)
           VALUES (?, 'user', ?, ?, 'spam', 1, '', ?)`,
          ...[id, id, userId, at],
        ),
        run(
          `INSERT INTO report_voices (report_id, reporter_id, category, base, weight, urgency, created_at)
           VALUES (?, ?, 'spam', 1, 1, 1, ?)`,
          ...[id, userId, at],
        ),
      ];
  }
}

/** What the figures must be, by what happened. */
function recount(happened: readonly (Happening & { country: string })[]) {
  const many = (kind: Happening['kind']) => happened.filter((one) => one.kind === kind);
  const sum = (list: readonly Happening[]) => list.reduce((total, { amount }) => total + amount, 0);
  const payouts = [0, 1].flatMap((odd) => {
    const list = many('payout').filter(({ amount }) => amount % 2 === odd);
    return list.length === 0 ? [] : [{ currency: odd ? 'USD' : 'JPY', amountMinor: sum(list) }];
  });
  return {
    registrations: many('registration').length,
    activeUsers: new Set(many('active').map(({ person }) => person)).size,
    streams: many('stream').length,
    hoursWatched: Math.round(sum(many('watch')) / 36) / 100,
    coinsSold: sum(many('purchase')) + 7 * many('purchase').length,
    gifts: many('gift').length,
    payouts,
    reports: many('report').length,
  };
}

let nextStart = Date.parse('2041-03-01');

/** A history of some days of its own. */
async function live(happenings: readonly Happening[]) {
  const startMs = nextStart;
  nextStart += (DAYS + 10) * DAY_MS;
  const people = COUNTRIES.flatMap((country) => [country, country]).map((country) => ({ id: newId(), country }));
  await env.DB.batch([
    run('PRAGMA defer_foreign_keys = 1'),
    run('UPDATE platform_roll_up SET next_day = ?', toDay(startMs)),
    ...people.flatMap(({ id, country }) => [
      userRow(id, country, 0),
      run(
        "INSERT INTO channels (id, creator_id, title, created_at, updated_at) VALUES (?, ?, 'C', 0, 0)",
        ...[newId(), id],
      ),
    ]),
  ]);
  const happened = happenings.map((one) => ({ ...one, at: startMs + one.at }));
  for (const one of happened) {
    const { id = '', country = null } = people[one.person] ?? {};
    await env.DB.batch(rowsOf(one, id, country));
  }
  const at = (ms: number) => ({ ...testContext(), now: () => ms });
  const known = happened.map((one) => ({ ...one, country: people[one.person]?.country ?? 'ZZ' }));
  return { startMs, endMs: startMs + DAYS * DAY_MS, people, happened: known, at };
}

const staff = (rank: 'owner' | 'country_admin', country: string | null = null) => ({
  ...actorOf({ userId: newId(), email: '' }),
  staff: { rank, granted: [], denied: [], country },
});

const read = (ctx: Context, startMs: number, country?: string) =>
  readAnalytics(ctx, staff('owner'), {
    ...{ from: toDay(startMs), to: toDay(startMs + (DAYS - 1) * DAY_MS), country, format: 'json' },
  });

async function rollUpAll(ctx: Context) {
  while (await rollUpDay(ctx));
}

describe('the figures', () => {
  it('equal a recount by day and country, before and after they are rolled up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aHappening, { maxLength: 25 }), async (happenings) => {
        const { startMs, endMs, happened, at } = await live(happenings);
        const ctx = at(endMs + HOUR_MS);
        const expected = {
          byDay: Array.from({ length: DAYS }, (_, index) => toDay(startMs + index * DAY_MS)).map((day) => ({
            ...{ day, ...recount(happened.filter((one) => toDay(one.at) === day)) },
          })),
          byCountry: ['DE', 'FR', 'ZZ'].flatMap((country) => {
            const own = happened.filter((one) => one.country === country && one.kind !== 'tip');
            const { activeUsers: _, ...figures } = recount(own);
            return own.length === 0 ? [] : [{ country, ...figures }];
          }),
        };
        const before = await read(ctx, startMs);
        expect(before).toMatchObject(expected);
        await rollUpAll(ctx);
        expect(await read(ctx, startMs)).toEqual(before);
        const { activeUsers: _, ...totals } = recount(happened);
        expect(before.totals).toMatchObject(totals);
      }),
      { numRuns: 12 },
    );
  });

  it('of one country are those of its users', async () => {
    const gift = { kind: 'gift', at: 5, amount: 1 } as const;
    const { startMs, endMs, at } = await live([
      { ...gift, person: 0 },
      { ...gift, person: 2 },
      { ...gift, person: 4 },
    ]);
    const ctx = at(endMs + HOUR_MS);
    for (const rolledUp of [false, true]) {
      if (rolledUp) await rollUpAll(ctx);
      for (const country of ['DE', 'FR', 'ZZ']) {
        const { totals, byCountry } = await read(ctx, startMs, country);
        expect([totals.gifts, byCountry.map((one) => one.country)]).toEqual([1, [country]]);
      }
    }
  });

  it('of days that are over stay when an account ends', async () => {
    const here = { person: 0, at: 5, amount: 1 } as const;
    const { startMs, endMs, people, at } = await live([
      { ...here, kind: 'active' },
      { ...here, kind: 'gift' },
    ]);
    const ctx = at(endMs + HOUR_MS);
    await rollUpAll(ctx);
    const before = await read(ctx, startMs);
    const id = people[0]?.id ?? '';
    await ctx.db.batch([forgetActiveDays(ctx, id)]);
    await run("UPDATE users SET status = 'deleted', country = NULL WHERE id = ?", id).run();
    expect((await run('SELECT * FROM active_days WHERE user_id = ?', id).all()).results).toEqual([]);
    expect(await read(ctx, startMs)).toEqual(before);
    expect(before.byCountry).toMatchObject([{ country: 'DE', gifts: 1, activeUsers: 1 }]);
  });
});

describe('a day', () => {
  it('is rolled up once it is over, once, also by two runs at the same time', async () => {
    const { startMs, at } = await live([{ kind: 'gift', person: 0, at: 5, amount: 1 }]);
    const rows = async () => (await run('SELECT * FROM platform_days WHERE day = ?', toDay(startMs)).all()).results;
    await rollUpDay(at(startMs + DAY_MS));
    expect(await rows()).toEqual([]);
    const later = at(startMs + DAY_MS + HOUR_MS);
    await Promise.all([rollUpDay(later), rollUpDay(later)]);
    await rollUpDay(later);
    expect(await rows()).toEqual([{ day: toDay(startMs), country: 'DE', figure: 'gifts', unit: '', amount: 1 }]);
  });

  it('keeps who was active until it is rolled up, and a week', async () => {
    const { startMs, at } = await live([{ kind: 'active', person: 0, at: 5, amount: 1 }]);
    const left = async () =>
      (await run('SELECT * FROM active_days WHERE day = ?', toDay(startMs)).all()).results.length;
    const later = at(startMs + 9 * DAY_MS);
    await sweepActiveDays(later);
    expect(await left()).toBe(1);
    await rollUpAll(later);
    await sweepActiveDays(at(startMs + 8 * DAY_MS));
    expect(await left()).toBe(1);
    await sweepActiveDays(later);
    expect(await left()).toBe(0);
  });
});

describe('the peak of a day', () => {
  it('is the largest sample, by country and over all countries', async () => {
    const { startMs, people, at } = await live([]);
    const watched = async (counts: readonly number[]) => {
      await env.DB.batch([
        run('DELETE FROM stream_live'),
        ...counts.flatMap((count, person) => {
          const id = newId();
          const userId = people[person * 2]?.id ?? '';
          return [
            run("UPDATE streams SET status = 'ended', ended_at = 1 WHERE creator_id = ? AND status = 'live'", userId),
            run(
              `INSERT INTO streams (id, channel_id, creator_id, title, status, created_at, updated_at)
               VALUES (?, (SELECT id FROM channels WHERE creator_id = ?), ?, 'S', 'live', 0, 0)`,
              ...[id, userId, userId],
            ),
            run('INSERT INTO stream_live (stream_id, viewer_count, updated_at) VALUES (?, ?, 0)', id, count),
          ];
        }),
      ]);
      await samplePeaks(at(startMs + HOUR_MS));
    };
    await watched([10, 1, 0]);
    await watched([2, 8, 0]);
    await samplePeaks(at(startMs + HOUR_MS));
    await run('DELETE FROM stream_live').run();
    const { byDay, byCountry, totals } = await read(at(startMs + DAY_MS * DAYS), startMs);
    expect([byDay[0]?.peakConcurrent, totals.peakConcurrent]).toEqual([11, 11]);
    expect(byCountry.map(({ country, peakConcurrent }) => [country, peakConcurrent])).toEqual([
      ['DE', 10],
      ['FR', 8],
    ]);
  });
});
