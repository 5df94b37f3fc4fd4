/** The proof finds what was changed by hand, although the ledger itself is in order. */
import { describe, expect, it } from 'vitest';
import { type Fault, withFaults } from '#test/support/faults';
import { prove } from '#test/support/proof';
import { aCode, aPurchase, eventsOf, tell } from '#test/support/purchases';
import { asViewer } from '#test/support/users';

/** A purchase with a code's bonus: a third refunded, and a dispute lost about a part. */
async function aReversedPurchase() {
  const code = await aCode({ usesMax: 5 });
  const row = await aPurchase(await asViewer(), {}, code.code);
  const { paid, refunded, disputed } = eventsOf(row);
  for (const event of [paid, refunded(333), disputed('lost', 200)]) await tell(event);
  return { code, row };
}

describe('the proof of purchases', () => {
  it('is clean with refunds, disputes and codes', async () => {
    await aReversedPurchase();
    expect(await prove()).toMatchObject({ state: 'clean', findings: [] });
  });

  it.each<[string, string]>([
    ['claims were deleted', 'DELETE FROM purchase_claims WHERE purchase_id = ?'],
    ['a claim grew', "UPDATE purchase_claims SET amount_minor = 334 WHERE kind = 'refund' AND purchase_id = ?"],
    [
      'a lost dispute is said to be won',
      "UPDATE purchase_claims SET state = 'won' WHERE kind = 'dispute' AND purchase_id = ?",
    ],
    [
      'a refund is said to have failed',
      "UPDATE purchase_claims SET state = 'failed' WHERE kind = 'refund' AND purchase_id = ?",
    ],
    ['a charged back purchase is said to be paid', "UPDATE purchases SET status = 'paid' WHERE id = ?"],
    ['a paid purchase is said to be expired', "UPDATE purchases SET status = 'expired' WHERE id = ?"],
    ['the use of its code is gone', 'DELETE FROM discount_redemptions WHERE purchase_id = ?'],
    [
      'the use of its code is of another user',
      "UPDATE discount_redemptions SET user_id = 'nobody' WHERE purchase_id = ?",
    ],
    ['it used another code', "UPDATE purchases SET discount_code = 'ANOTHER' WHERE id = ?"],
    ['it used a code that it does not name', 'UPDATE purchases SET discount_code = NULL WHERE id = ?'],
    ['the use of its code is open again', "UPDATE discount_redemptions SET state = 'reserved' WHERE purchase_id = ?"],
  ])('finds that %s', async (_, sql) => {
    const { row } = await aReversedPurchase();
    const { state, findings } = await withFaults([{ sql, values: [row.id] }], () => prove());
    expect(state).toBe('off');
    expect(findings).toContainEqual({ subject: 'purchase', id: row.id, problem: expect.any(String) });
    expect(await prove()).toMatchObject({ state: 'clean' });
  });

  it('finds claims of a purchase that is not there', async () => {
    const { row } = await aReversedPurchase();
    const orphan: Fault = {
      sql: "UPDATE purchase_claims SET purchase_id = 'nobody' WHERE purchase_id = ?",
      values: [row.id],
    };
    const { findings } = await withFaults([orphan], () => prove());
    expect(findings).toContainEqual({
      subject: 'purchase',
      id: 'nobody',
      problem: 'does not exist, but 2 claims name it',
    });
  });

  it('finds a code that counts other uses than it has', async () => {
    const { code } = await aReversedPurchase();
    const fault: Fault = { sql: 'UPDATE discount_codes SET uses = 0 WHERE id = ?', values: [code.id] };
    const { findings } = await withFaults([fault], () => prove());
    expect(findings).toEqual([{ subject: 'discount', id: code.id, problem: 'says 0 uses, but has 1' }]);
  });
});
