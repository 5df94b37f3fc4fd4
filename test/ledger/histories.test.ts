/**
 * Generated histories of all that moves money, against a plain model: one after another, where every refusal is
 * foretold; and many at once, each request sent twice and each event repeated and shuffled, where the sums are.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { changeEconomy } from '#test/support/money';
import { eventOf, type Step, step } from './acts';
import { BEGINNINGS } from './beginnings';
import { aCast, BUYERS, type Cast, expectAgreement, purchaseMade, readChosen } from './cast';
import { Model } from './model';

const RUNS = 10;
const beginning = fc.subarray([...BEGINNINGS]).map((parts) => parts.flat());
const TIMEOUT_MS = 240_000;

beforeAll(async () => {
  await changeEconomy({
    conversions: { coinsPerDiamond: { numerator: 3, denominator: 2 } },
    limits: {
      ...{ tipCoinsMin: 2, exchangeDiamondsMin: 1, maturingDays: 0 },
      ...{ payoutDiamondsMin: 10, payoutsPerDayMax: 100, payoutFeeMinor: 5, payoutFeeBasisPoints: 0 },
    },
  });
});

describe('a history of purchases, gifts, subscriptions, exchanges, claims and cash-outs', () => {
  it('leaves what a plain model says, and is refused where the model says so', { timeout: TIMEOUT_MS }, () =>
    fc.assert(
      fc.asyncProperty(
        beginning,
        fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }),
        async (first, steps) => {
          const [cast, model] = await begin();
          for (const one of [...first, ...steps]) await play(cast, model, one);
          await expectAgreement(cast, model);
        },
      ),
      { numRuns: RUNS },
    ),
  );

  it(
    'leaves the same when all happens at once, each request twice and each event repeated and shuffled',
    { timeout: TIMEOUT_MS },
    () =>
      fc.assert(
        fc.asyncProperty(
          beginning,
          fc.array(fc.array(step, { minLength: 4, maxLength: 12, size: 'max' }), { minLength: 3, maxLength: 6 }),
          async (first, rounds) => {
            const [cast, model] = await begin();
            for (const one of first) await play(cast, model, one);
            for (const round of rounds) {
              await playAtOnce(cast, model, round);
              model.adopt(await readChosen(cast));
            }
            await expectAgreement(cast, model);
          },
        ),
        { numRuns: RUNS },
      ),
  );
});

/** Every buyer has coins. */
async function begin(): Promise<[Cast, Model]> {
  const [cast, model] = [await aCast(), new Model()];
  for (let buyer = 0; buyer < BUYERS; buyer += 1) {
    const purchase = await purchaseMade((await cast.buy(buyer)).data.id);
    await cast.tell(eventOf('paid', purchase));
    model.purchases.push(purchase);
    model.pay(purchase);
  }
  return [cast, model];
}

async function play(cast: Cast, model: Model, one: Step): Promise<void> {
  const asked = one.begin(cast, model, model);
  if (!asked) return;
  const answer = await asked.send(1);
  expect(answer.status, one.name).toBe(asked.foretold);
  if (answer.status < 300) await asked.apply(answer);
}

/** What was accepted is added up; which of those that compete for the same coins win is the database's. */
async function playAtOnce(cast: Cast, model: Model, round: readonly Step[]): Promise<void> {
  const known = { purchases: [...model.purchases], payouts: [...model.payouts] };
  const requests = round.map((one) => one.begin(cast, model, known));
  await Promise.all(
    requests.map(async (asked) => {
      const answer = await asked?.send(2);
      if (!asked || !answer) return;
      if (answer.status < 300) await asked.apply(answer);
      else expect(asked.refusals).toContain(answer.status);
    }),
  );
}
