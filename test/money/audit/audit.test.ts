/** The owner sees what the ledger's proof found, and starts one. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { withFaults } from '#test/support/faults';
import { giveCoins } from '#test/support/money';
import { prove, provingContext } from '#test/support/proof';
import { asStaff, asViewer } from '#test/support/users';
import { proveNextPage } from '@/domains/money/audit/prove';
import { startProof } from '@/domains/money/audit/start';
import { findProof, findRunningProof } from '@/ledger/proofs';
import { newId } from '@/shared/ids';

const PATH = 'owner/panel/ledger/audit';

/** Whoever takes its pages: this, or the queue that the request put its first message into. */
async function finish(id: string): Promise<void> {
  const { ctx } = provingContext();
  while ((await findProof(ctx, id))?.state === 'running') await proveNextPage(ctx, id);
}

async function nothingRuns(): Promise<void> {
  const running = await findRunningProof(testContext());
  if (running) await finish(running.id);
}

describe('GET /owner/panel/ledger/audit', () => {
  it('returns the last finished proof and its findings', async () => {
    await giveCoins(newId(), 10);
    await nothingRuns();
    const { id } = await prove();
    const owner = await asStaff('owner');
    const { status, data } = await owner.get(PATH);
    expect(status).toBe(200);
    expect(data.running).toBeNull();
    expect(data.last).toMatchObject({
      id,
      state: 'clean',
      whole: true,
      findings: [],
      findingsCount: 0,
      startedBy: null,
    });
    expect(data.last.progress.step).toBe(data.last.progress.steps);

    const purchase = await giveCoins(newId(), 10);
    await withFaults([{ sql: 'UPDATE purchases SET coins = 11 WHERE id = ?', values: [purchase] }], () => prove());
    const after = await owner.get(PATH);
    expect(after.data.last).toMatchObject({
      state: 'off',
      findings: [{ subject: 'purchase', id: purchase }, { subject: 'lot' }],
      findingsCount: 2,
    });
    await prove();
  });

  it('returns the progress of the running proof', async () => {
    await nothingRuns();
    const { ctx } = provingContext();
    const id = await startProof(ctx, { startedBy: null, whole: true });
    await proveNextPage(ctx, id);
    const { data } = await (await asStaff('owner')).get(PATH);
    expect(data.running).toMatchObject({
      id,
      state: 'running',
      progress: { stage: 'accounts', step: 1 },
      finishedAt: null,
    });
    await finish(id);
  });

  it('requires the permission', async () => {
    expect((await (await asViewer()).get(PATH)).status).toBe(403);
    expect((await (await asStaff('country_admin', { country: 'DE' })).get(PATH)).status).toBe(403);
    expect((await (await asStaff('admin_l3', { granted: ['canSeeLedger'] })).get(PATH)).status).toBe(200);
  });
});

describe('POST /owner/panel/ledger/audit', () => {
  it('starts a proof, which is logged; while it runs another is refused', async () => {
    await nothingRuns();
    const { ctx } = provingContext();
    const id = await startProof(ctx, { startedBy: null, whole: true });
    const owner = await asStaff('owner');
    const refused = await owner.post(PATH, {});
    expect(refused.status).toBe(409);
    expect(refused.error.code).toBe('PROOF_RUNNING');
    await finish(id);

    const answer = await owner.post(PATH);
    expect(answer.status).toBe(202);
    expect(answer.data).toMatchObject({ whole: false, startedBy: { id: owner.userId } });
    const { results } = await env.DB.prepare(
      "SELECT action, target_id FROM staff_log WHERE staff_id = ? AND outcome = 'done'",
    )
      .bind(owner.userId)
      .all();
    expect(results).toEqual([{ action: 'ledger.prove', target_id: answer.data.id }]);
    await finish(answer.data.id);
    expect((await owner.get(PATH)).data.last).toMatchObject({ id: answer.data.id, state: 'clean' });
  });

  it('checks the whole ledger if the request asks for it', async () => {
    await nothingRuns();
    const { data } = await (await asStaff('owner')).post(PATH, { whole: true });
    expect(data).toMatchObject({ whole: true, fromTransferId: 0 });
    await finish(data.id);
  });

  it('refuses unknown fields', async () => {
    const owner = await asStaff('owner');
    expect((await owner.post(PATH, { whole: 'yes' })).status).toBe(422);
    expect((await owner.post(PATH, { from: 0 })).status).toBe(422);
  });
});
