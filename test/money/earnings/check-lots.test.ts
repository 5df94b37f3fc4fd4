/** What the proof says of lots and reversals that no code can leave behind. */
import { describe, expect, it } from 'vitest';
import { withFaults } from '#test/support/faults';
import { once } from '#test/support/money';
import { prove } from '#test/support/proof';
import { aBuyer, aPurchase, eventsOf, tell } from '#test/support/purchases';
import { asCreator } from '#test/support/users';

const CUT_OFF = 'UPDATE gifts_sent SET lot_id = 0, lot_coins = 0; UPDATE coin_lots SET spent = 0';

describe('the proof names', () => {
  it.each([
    ['a lot with other coins than its source', 'UPDATE coin_lots SET coins = coins + 1', /^lot .*its source gave/],
    ['a lot whose reversal was forgotten', 'UPDATE coin_lots SET reversed = 0', /^lot .*its source has/],
    ['a lot that kept what was spent', 'UPDATE coin_lots SET spent = 0', /^lot .*its spends took/],
    ['a spend without its lot', 'UPDATE gifts_sent SET lot_coins = 1', /^lot .*took 1 from lots/],
    ['a spend that was cut off its lot', CUT_OFF, /^lot .*lots worth/],
    ['a creator who kept diamonds', 'DELETE FROM reversed_earnings', /^reversal .*should have .* reversed, and has 0/],
    ['a reversal without its row', 'DELETE FROM earning_reversals', /^reversal .*does not exist/],
  ])('%s', async (_, sql, line) => {
    const [buyer, creator] = [await aBuyer(), await asCreator()];
    const { paid, disputed } = eventsOf(await aPurchase(buyer, { coins: 100, bonusCoins: 0 }));
    await tell(paid);
    await buyer.post('payment/tip', { recipientId: creator.userId, coins: 80 }, once());
    await tell(disputed('open'));
    const faults = sql.split(';').map((each) => ({ sql: each }));
    const { findings } = await withFaults(faults, () => prove());
    expect(findings.map(({ subject, id, problem }) => `${subject} ${id} ${problem}`)).toContainEqual(
      expect.stringMatching(line),
    );
  });
});
