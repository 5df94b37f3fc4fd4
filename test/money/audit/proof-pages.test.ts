/** How a proof comes forward: page by page, once each, whatever is repeated or killed. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { withFaults } from '#test/support/faults';
import { giveCoins, giveDiamonds } from '#test/support/money';
import { prove, provingContext } from '#test/support/proof';
import { queueThatNeverAnswers } from '#test/support/queues';
import { proveNextPage, resumeProof } from '@/domains/money/audit/prove';
import { startProof } from '@/domains/money/audit/start';
import { findProof, type Proof } from '@/ledger/proofs';
import { newId } from '@/shared/ids';
import { DAY_MS, MINUTE_MS } from '@/shared/time';

const [buyer, creator] = [newId(), newId()];
/** Two transfers each: more than a page of transfers, and more than a page of gifts. */
const TIPS = 5_500;

let transfers = 0;

beforeAll(async () => {
  await giveCoins(buyer, 2 * TIPS);
  await giveDiamonds(creator, 1);
  await manyTips();
  transfers = (await env.DB.prepare('SELECT count(*) AS count FROM ledger_transfers').first<number>('count')) ?? 0;
});

/** As many tips of two coins for one diamond, numbered on from what is there. */
async function manyTips(): Promise<void> {
  const count = `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${TIPS})`;
  const account = (owner: string, kind: string) =>
    env.DB.prepare('SELECT id, balance, last_transfer_id AS last FROM ledger_accounts WHERE owner = ? AND kind = ?')
      .bind(owner, kind)
      .first<{ id: number; balance: number; last: number | null }>();
  const [wallet, spent] = [await account(buyer, 'wallet'), await account('platform', 'coins_spent')];
  const [issued, earnings] = [await account('platform', 'diamonds_issued'), await account(creator, 'earnings')];
  if (!wallet || !spent || !issued || !earnings) throw new Error('The accounts are not there');
  const newest = (await env.DB.prepare('SELECT max(id) AS id FROM ledger_transfers').first<number>('id')) ?? 0;
  const leg = (leg: number, kind: string, amount: number, debit: typeof wallet, credit: typeof wallet) => {
    const id = `${newest} + (n - 1) * 2 + ${leg}`;
    const previous = (last: number | null) => `iif(n = 1, ${last}, ${id} - 2)`;
    return `SELECT ${id} AS id, '${kind}' AS kind, 'gift' AS ref_type, printf('tip-%05d', n) AS ref_id, ${leg} AS leg,
      ${debit.id} AS debit_id, ${credit.id} AS credit_id, ${amount} AS amount, ${previous(debit.last)} AS debit_previous_id,
      ${debit.balance} - n * ${amount} AS debit_balance, ${previous(credit.last)} AS credit_previous_id,
      ${credit.balance} + n * ${amount} AS credit_balance, 0 AS created_at FROM n`;
  };
  await env.DB.batch([
    env.DB.prepare(`${count} INSERT INTO gifts_sent (id, quantity, coins, diamonds, sender_id, recipient_id,
        economy_version, idempotency_key, body_hash, created_at, lot_id, lot_coins)
      SELECT printf('tip-%05d', n), 1, 2, 1, ?1, ?2, 1, printf('tip-%05d', n), '', 0,
        (SELECT id FROM coin_lots WHERE user_id = ?1), 2 FROM n`).bind(buyer, creator),
    env.DB.prepare(`${count} INSERT INTO ledger_transfers
      ${leg(1, 'tip', 2, wallet, spent)} UNION ALL ${leg(2, 'tip_earning', 1, issued, earnings)} ORDER BY id`),
    env.DB.prepare("UPDATE earning_days SET diamonds = diamonds + ? WHERE user_id = ? AND source = 'tip'").bind(
      ...[TIPS, creator],
    ),
  ]);
}

async function proofOf(id: string): Promise<Proof> {
  const proof = await findProof(testContext(), id);
  if (!proof) throw new Error(`There is no proof ${id}`);
  return proof;
}

const later = (ms: number) => () => Date.now() + ms;

/** Ends what a test has begun, and whatever else runs. */
async function finish(id: string): Promise<Proof> {
  const { ctx } = provingContext();
  while ((await proofOf(id)).state === 'running') await proveNextPage(ctx, id);
  return proofOf(id);
}

describe('a proof', () => {
  it('checks one page per message, and reports a mismatch on a later page', async () => {
    const { ctx, sent } = provingContext();
    const id = await startProof(ctx, { startedBy: null, whole: true });
    const stages: string[] = [];
    for (let page = 0; page < 3; page += 1) {
      await proveNextPage(ctx, id);
      const { stage, position } = await proofOf(id);
      stages.push(`${stage} ${position}`);
    }
    expect(stages).toEqual(['transfers 10000', 'accounts null', 'units null']);
    await ctx.settle();
    expect(sent).toHaveLength(4);
    expect(sent.every(({ body }) => body.type === 'prove-ledger')).toBe(true);
    expect(await finish(id)).toMatchObject({ state: 'clean', transfers, findings: [] });

    const fault = { sql: "UPDATE gifts_sent SET coins = 3 WHERE id = 'tip-05400'" };
    const { findings } = await withFaults([fault], () => prove());
    const found = findings.map(({ subject, id: of }) => `${subject} ${of}`);
    expect(found).toEqual(['gift tip-05400', 'lot tip-05400']);
  });

  it('checks creators in pages too', async () => {
    await env.DB.prepare(
      `INSERT INTO ledger_accounts (owner, kind, unit)
      WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 450)
      SELECT printf('creator-%03d', n), 'earnings', 'diamond' FROM n`,
    ).run();
    const earned = (id: string) => ({ sql: `INSERT INTO earning_days VALUES ('${id}', '2026-11-01', 'tip', 1, 1, 1)` });
    const strangers = ['a-stranger', 'creator-001', 'creator-450', 'z-stranger'];
    const { findings } = await withFaults(strangers.map(earned), () => prove());
    expect(findings.map(({ subject, id }) => `${subject} ${id}`)).toEqual(strangers.map((id) => `earnings ${id}`));
  });

  it('counts each page once if its message comes twice, in turn or at once', async () => {
    const { ctx, sent } = provingContext();
    const id = await startProof(ctx, { startedBy: null, whole: true });
    await Promise.all([1, 2, 3].map(() => proveNextPage(ctx, id)));
    expect(await proofOf(id)).toMatchObject({ transfers: 10_000 });
    await ctx.settle();
    expect(sent).toHaveLength(2);
    expect(await finish(id)).toMatchObject({ state: 'clean', transfers });
    await proveNextPage(ctx, id);
    expect(await proofOf(id)).toMatchObject({ state: 'clean', transfers });
  });

  it('finds nothing wrong while money moves', async () => {
    const { ctx } = provingContext();
    const id = await startProof(ctx, { startedBy: null, whole: true });
    while ((await proofOf(id)).state === 'running') {
      await giveDiamonds(creator, 3);
      await proveNextPage(ctx, id);
    }
    expect(await proofOf(id)).toMatchObject({ state: 'clean', findings: [] });
    expect(await prove({ whole: false })).toMatchObject({ state: 'clean', findings: [] });
  });

  it('does not run beside another proof', async () => {
    const { ctx } = provingContext();
    const starts = await Promise.allSettled([1, 2, 3].map(() => startProof(ctx, { startedBy: null, whole: true })));
    const [begun, ...others] = starts.toSorted((a, b) => a.status.localeCompare(b.status));
    expect(others.map((one) => one.status === 'rejected' && one.reason.code)).toEqual([
      'PROOF_RUNNING',
      'PROOF_RUNNING',
    ]);
    await finish(begun?.status === 'fulfilled' ? begun.value : '');
  });
});

describe("the minute's sweep", () => {
  it('resumes a proof whose message was lost, once', async () => {
    const killed = testContext({ TASKS: queueThatNeverAnswers });
    const id = await startProof(killed, { startedBy: null, whole: true });
    await proveNextPage(killed, id);
    const { ctx, sent } = provingContext();
    await resumeProof({ ...ctx, now: later(MINUTE_MS) });
    await ctx.settle();
    expect(sent).toEqual([]);
    await Promise.all([1, 2].map(() => resumeProof({ ...ctx, now: later(3 * MINUTE_MS) })));
    await ctx.settle();
    expect(sent.map(({ body }) => body)).toEqual([{ type: 'prove-ledger', proofId: id }]);
    expect(await finish(id)).toMatchObject({ state: 'clean' });
  });

  it('starts a proof if there was none for a day', async () => {
    await prove();
    const { ctx, sent } = provingContext();
    await resumeProof({ ...ctx, now: later(DAY_MS - MINUTE_MS) });
    await ctx.settle();
    expect(sent).toEqual([]);
    await Promise.all([1, 2].map(() => resumeProof({ ...ctx, now: later(DAY_MS + MINUTE_MS) })));
    await ctx.settle();
    expect(sent).toHaveLength(1);
    const [{ body } = {}] = sent;
    const proof = await finish(body?.type === 'prove-ledger' ? body.proofId : '');
    expect(proof).toMatchObject({ state: 'clean', startedBy: null });
    expect(proof.fromId).toBeGreaterThan(0);
  });
});
