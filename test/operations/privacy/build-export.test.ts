/** The messages that write a large export: twice, at the same time, broken off, in vain, and for somebody who is gone. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { countMails, mailTo, travel } from '#test/support/accounts';
import { testContext } from '#test/support/context';
import { away, exportOf, fillWithNotifications, storeWith } from '#test/support/exports';
import { consumed, databaseWithout, sweepOut } from '#test/support/queues';
import { asUser, type Person } from '#test/support/users';
import type { TaskMessage } from '@/contracts/messages';
import { mediaFiles } from '@/domains/base/media/tables';
import { users } from '@/domains/base/users/tables';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import { sweepExports } from '@/domains/operations/privacy/export-rows';
import { consumeDeadLetters } from '@/queues/dead-letters';
import { DAY_MS, MINUTE_MS } from '@/shared/time';

const DONE = { acked: [0], retried: [] };
const COMES_BACK = { acked: [], retried: [{ index: 0, delaySeconds: 10 }] };
const LARGE = 300;

async function aBegunExport(traits: Parameters<typeof asUser>[0] = {}) {
  const person = await asUser(traits);
  await fillWithNotifications(person.userId, LARGE);
  const begun = exportOf(person);
  await begun.ask();
  const row = await begun.row();
  if (!row) throw new Error('It was not begun');
  return { ...begun, person, begunRow: row, currentRow: begun.row };
}

const change = (person: Person, values: Partial<typeof users.$inferInsert>) =>
  testContext().db.update(users).set(values).where(eq(users.id, person.userId));
const filesOf = ({ userId }: Person) =>
  testContext().db.select().from(mediaFiles).where(eq(mediaFiles.ownerId, userId));
const isUploadOpen = ({ key, uploadId }: { key: string; uploadId: string }) =>
  env.MEDIA.resumeMultipartUpload(key, uploadId)
    .uploadPart(9_999, 'x')
    .then(() => true)
    .catch(() => false);

async function bury(body: TaskMessage): Promise<void> {
  const ctx = testContext();
  await consumed((batch) => consumeDeadLetters(ctx, batch), 'footlight-dead-letters', [{ body }]);
  await ctx.settle();
}

describe('a message of an export', () => {
  it('that comes twice takes its step once: one file, one mail', async () => {
    const { person, sent, take, handle, currentRow } = await aBegunExport();
    const all: TaskMessage[] = [];
    while (sent.length > 0) {
      const message = take();
      all.push(message);
      expect(await handle([message, message])).toEqual({ acked: [0, 1], retried: [] });
    }
    expect(all.length).toBe(3);
    const ready = await currentRow();
    expect(await handle(all.toReversed())).toEqual({ acked: [0, 1, 2], retried: [] });
    expect(await currentRow()).toEqual(ready);
    expect(await filesOf(person)).toMatchObject([{ key: ready?.key }]);
    expect(await countMails(person.email)).toBe(1);
  });

  it('that comes twice at the same time is one consumer’s; the other comes back, and finds it done', async () => {
    const { person, sent, take, handle } = await aBegunExport();
    while (sent.length > 0) {
      const message = take();
      const outcomes = await Promise.all([handle([message]), handle([message])]);
      expect(outcomes).toContainEqual(DONE);
      expect(await handle([message])).toEqual(DONE);
    }
    expect((await filesOf(person)).length).toBe(1);
    expect(await countMails(person.email)).toBe(1);
  });

  it('whose consumer was killed is taken up when its time is over, and by nobody before', async () => {
    const { take, handle, work } = await aBegunExport();
    const message = take();
    let reached = () => {};
    const isReached = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const never = storeWith(() => {
      return {
        uploadPart: () => {
          reached();
          return new Promise<never>(() => {});
        },
      };
    });
    void handle([message], { MEDIA: never });
    await isReached;
    expect(await handle([message])).toEqual(COMES_BACK);
    travel(16 * MINUTE_MS);
    expect(await handle([message])).toEqual(DONE);
    expect(await work()).toBe(2);
  });

  it('comes back while the store fails, and goes on with what was written', async () => {
    const { begunRow, take, handle, work, currentRow } = await aBegunExport();
    const part = take();
    expect(await handle([part], { MEDIA: storeWith(() => ({ uploadPart: away })) })).toEqual(COMES_BACK);
    expect(await currentRow()).toEqual(begunRow);
    expect(await handle([part])).toEqual(DONE);
    const end = take();
    expect(await handle([end], { MEDIA: storeWith(() => ({ complete: away })) })).toEqual(COMES_BACK);
    expect(await handle([end])).toEqual(DONE);
    expect(await work()).toBe(1);
    expect(await currentRow()).toMatchObject({ id: begunRow.id, readyAt: expect.any(Number) });
  });

  it('that closed the file and was killed before it could say so does not close it again', async () => {
    const { person, take, handle, work, currentRow } = await aBegunExport();
    await handle([take()]);
    const end = take();
    expect(await handle([end], { DB: databaseWithout('media_files') })).toEqual(COMES_BACK);
    const { key = '', readyAt } = (await currentRow()) ?? {};
    expect(readyAt).toBeNull();
    expect(await env.MEDIA.head(key)).not.toBeNull();
    expect(await handle([end])).toEqual(DONE);
    expect(await work()).toBe(1);
    expect(await filesOf(person)).toMatchObject([{ key }]);
  });

  it('that fails to mail comes back, and builds nothing twice', async () => {
    const { person, take, handle, currentRow } = await aBegunExport();
    await handle([take()]);
    await handle([take()]);
    const ready = await currentRow();
    const mail = take();
    expect(await handle([mail], { DB: databaseWithout('mailbox') })).toEqual(COMES_BACK);
    expect(await countMails(person.email)).toBe(0);
    expect(await handle([mail])).toEqual(DONE);
    expect(await countMails(person.email)).toBe(1);
    expect(await currentRow()).toMatchObject({ key: ready?.key, readyAt: ready?.readyAt });
  });
});

describe('an export', () => {
  it('is deleted once its retries are spent, and the user can request another', async () => {
    const { begunRow, ask, take, handle, work, currentRow } = await aBegunExport();
    await handle([take()]);
    const end = take();
    await handle([end], { MEDIA: storeWith(() => ({ complete: away })) });
    expect(await isUploadOpen(begunRow)).toBe(true);
    await bury(end);
    expect(await currentRow()).toBeUndefined();
    expect(await isUploadOpen(begunRow)).toBe(false);
    expect(await handle([end])).toEqual(DONE);
    expect((await ask()).data.status).toBe('preparing');
    expect(await work()).toBe(3);
    expect((await ask()).data.status).toBe('ready');
  });

  it('that went on, or is ready, is not given up for an old message, nor for a mail that nobody took', async () => {
    const { begunRow, take, handle, currentRow } = await aBegunExport();
    const part = take();
    await handle([part]);
    await bury(part);
    expect(await currentRow()).toMatchObject({ id: begunRow.id });
    await handle([take()]);
    await bury(take());
    expect(await currentRow()).toMatchObject({ id: begunRow.id, readyAt: expect.any(Number) });
  });

  it('that stands still for a day goes, with what was written of it', async () => {
    const { begunRow, take, handle, currentRow } = await aBegunExport();
    await handle([take()]);
    travel(DAY_MS + MINUTE_MS);
    const ctx = testContext();
    await Promise.all([sweepExports(ctx), sweepExports(ctx)]);
    await ctx.settle();
    expect(await currentRow()).toBeUndefined();
    expect(await isUploadOpen(begunRow)).toBe(false);
  });

  it('goes when its owner is deleted', async () => {
    const { begunRow, person, take, handle, currentRow } = await aBegunExport();
    await handle([take()]);
    await change(person, { status: 'deleted' });
    expect(await handle([take()])).toEqual(DONE);
    expect(await currentRow()).toBeUndefined();
    expect(await isUploadOpen(begunRow)).toBe(false);
    expect(await filesOf(person)).toEqual([]);
    expect(await countMails(person.email)).toBe(0);
  });

  it.each([1, 2, 3])('goes with the account, after %d steps', async (steps) => {
    const { begunRow, person, take, handle, currentRow } = await aBegunExport();
    for (let step = 0; step < steps; step += 1) await handle([take()]);
    await change(person, { deletesAt: 1 });
    const ctx = testContext();
    await sweepOut(eraseAccounts, ctx);
    await ctx.settle();
    expect(await currentRow()).toBeUndefined();
    expect(await filesOf(person)).toEqual([]);
    expect(await env.MEDIA.head(begunRow.key)).toBeNull();
    expect(await isUploadOpen(begunRow)).toBe(false);
  });

  it('leaves no file behind if it is given up while its file is being closed', async () => {
    const { begunRow, person, take, handle, currentRow } = await aBegunExport();
    await handle([take()]);
    const end = take();
    const slow = storeWith((upload) => {
      return {
        complete: async (parts) => {
          const closed = await upload.complete(parts);
          await bury(end);
          return closed;
        },
      };
    });
    expect(await handle([end], { MEDIA: slow })).toEqual(COMES_BACK);
    expect(await handle([end])).toEqual(DONE);
    expect(await currentRow()).toBeUndefined();
    expect(await filesOf(person)).toEqual([]);
    expect(await env.MEDIA.head(begunRow.key)).toBeNull();
  });

  it('is mailed to the address of now, and to none that is not shown to be theirs', async () => {
    const moved = await aBegunExport();
    const email = `new-${moved.person.email}`;
    await change(moved.person, { email, emailKey: email });
    await moved.work();
    expect(await mailTo(email, 'Your data is ready')).toContain(`Hi ${moved.person.username}`);
    expect(await countMails(moved.person.email)).toBe(0);
    const unverified = await aBegunExport({ verified: false });
    await unverified.work();
    expect(await countMails(unverified.person.email)).toBe(0);
    expect((await unverified.ask()).data).toMatchObject({ status: 'ready', url: expect.stringContaining('token=') });
  });
});
