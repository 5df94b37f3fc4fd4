/** What reports and staff do with products, and what is left when an account ends. */
import { env, exports } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { testContext } from '#test/support/context';
import { pdf, png } from '#test/support/files';
import { recordingQueue, sweepOut } from '#test/support/queues';
import { anOrderOf, aProduct, asSeller, productOf } from '#test/support/shop';
import { asStaff, asViewer, type Person } from '#test/support/users';
import { mediaFiles } from '@/domains/base/media/tables';
import { users } from '@/domains/base/users/tables';
import { clearKeptProducts } from '@/domains/money/products/removal';
import { products } from '@/domains/money/products/tables';
import { eraseAccounts } from '@/domains/operations/privacy/erase';

const report = (reporter: Person, targetId: string, category = 'fraud') =>
  reporter.post('reports', { targetType: 'product', targetId, category });
const resolve = (staff: Person, id: string, action: string) =>
  staff.put(`admin/report/${id}/resolve`, { action, reason: 'Because.' });

async function withPicture(seller: Person, changes: Record<string, string> = {}) {
  const form = new FormData();
  const fields = { title: 'A fake', description: 'Not real.', priceMinor: '2000', currency: 'USD', status: 'active' };
  for (const [name, value] of Object.entries({ ...fields, ...changes })) form.append(name, value);
  form.append('images', new File([png() as Uint8Array<ArrayBuffer>], 'one.png'));
  if (changes.kind === 'digital') form.append('file', new File([pdf() as Uint8Array<ArrayBuffer>], 'notes.pdf'));
  const { status, data } = await seller.post('products', form);
  expect(status).toBe(201);
  return data;
}

describe('a product that is reported', () => {
  it('is evidence with its text, price and images', async () => {
    const [seller, reporter, staff] = [await asSeller(), await asViewer(), await asStaff('admin_l1')];
    const { id } = await withPicture(seller);
    const made = await report(reporter, id);
    expect(made.status).toBe(201);
    const { data } = await staff.get(`admin/report/${made.data.id}`);
    expect(data).toMatchObject({ targetType: 'product', targetId: id, subject: { id: seller.userId } });
    expect(data.evidence.text).toBe('A fake\nother\n20.00 USD\nNot real.');
    expect(data.evidence.media).toHaveLength(1);
    expect((await report(seller, id)).error.code).toBe('REPORT_OF_YOUR_OWN');
    const draft = await aProduct(seller.userId, { status: 'draft' });
    expect((await report(reporter, draft)).error.code).toBe('REPORT_TARGET_NOT_FOUND');
  });

  it('is hidden with its images while it waits if it is urgent, and comes back when it is dismissed', async () => {
    const [seller, one, other, staff] = [
      await asSeller(),
      await asViewer(),
      await asViewer(),
      await asStaff('admin_l1'),
    ];
    const { id, images } = await withPicture(seller);
    const made = await report(one, id, 'minor');
    await report(other, id, 'minor');
    await vi.waitFor(async () => expect((await one.get(`products/${id}`)).status).toBe(404));
    expect((await exports.default.fetch(images[0])).status).toBe(404);
    const own = (await seller.get(`products/${id}`)).data;
    expect(own).toMatchObject({ hidden: true });
    expect((await exports.default.fetch(own.images[0])).status).toBe(200);
    expect((await seller.put(`products/${id}`, { title: 'Innocent' })).error.code).toBe('PRODUCT_HIDDEN');
    expect((await resolve(staff, made.data.id, 'dismiss')).status).toBe(200);
    expect((await one.get(`products/${id}`)).status).toBe(200);
    expect((await exports.default.fetch(images[0])).status).toBe(200);
  });

  it('is removed, and comes back after an appeal', async () => {
    const [seller, reporter] = [await asSeller(), await asViewer()];
    const [staff, owner] = [await asStaff('admin_l2'), await asStaff('owner')];
    const { id } = await withPicture(seller);
    const made = await report(reporter, id);
    expect((await resolve(staff, made.data.id, 'remove')).status).toBe(200);
    expect((await reporter.get(`products/${id}`)).status).toBe(404);
    const { decision } = (await staff.get(`admin/report/${made.data.id}`)).data;
    const appeal = await seller.post('appeals', { decisionId: decision.id, text: 'It is real.' });
    expect(appeal.status).toBe(201);
    const answer = { accept: true, answer: 'You are right.' };
    expect((await owner.put(`admin/appeal/${appeal.data.id}/resolve`, answer)).status).toBe(200);
    expect((await reporter.get(`products/${id}`)).data).toMatchObject({ title: 'A fake', status: 'active' });
  });

  it('is deleted once no appeal can bring it back, or stays archived for its orders', async () => {
    const [seller, buyer, staff] = [await asSeller(), await asViewer(), await asStaff('admin_l1')];
    const ids = [(await withPicture(seller)).id, (await withPicture(seller)).id];
    await anOrderOf(ids[1], { buyerId: buyer.userId });
    for (const id of ids) await resolve(staff, (await report(buyer, id)).data.id, 'remove');
    await sweepOut(clearKeptProducts, testContext());
    expect(await productOf(ids[0])).toBeDefined();
    await testContext().db.update(products).set({ keptUntil: 1 }).where(eq(products.sellerId, seller.userId));
    await sweepOut(clearKeptProducts, testContext());
    expect(await productOf(ids[0])).toBeUndefined();
    expect((await productOf(ids[1]))?.product).toMatchObject({ status: 'archived', keptUntil: null });
    expect((await buyer.get(`products/${ids[1]}`)).status).toBe(404);
  });
});

describe('the end of a seller’s account', () => {
  it('leaves of their shop what orders need: the cover, and the file of a digital product', async () => {
    const [seller, buyer, waiting] = [await asSeller(), await asViewer(), await asViewer()];
    const unsold = await withPicture(seller);
    const sold = await withPicture(seller, { kind: 'digital' });
    await anOrderOf(sold.id, { buyerId: buyer.userId, isMatured: true });
    const gone = await aProduct(seller.userId, {}, [{ stock: 0 }]);
    await waiting.post(`products/${gone}/wait`, {});
    const kept = (await productOf(sold.id))?.product;
    await testContext().db.update(users).set({ deletesAt: 1 }).where(eq(users.id, seller.userId));
    await sweepOut(eraseAccounts, testContext({ TASKS: recordingQueue().queue }));
    expect(await productOf(unsold.id)).toBeUndefined();
    expect(await productOf(gone)).toBeUndefined();
    expect((await productOf(sold.id))?.product).toMatchObject({ status: 'archived', description: '' });
    const files = await testContext().db.select().from(mediaFiles).where(eq(mediaFiles.ownerId, seller.userId));
    expect(files.map(({ key }) => key).toSorted()).toEqual([kept?.imageKeys[0], kept?.fileKey].toSorted());
    expect(await testContext().db.select().from(products).where(eq(products.sellerId, seller.userId))).toHaveLength(1);
  });

  it('gives the piece that was kept for a buyer to the next', async () => {
    const [seller, leaving, next] = [await asSeller(), await asViewer(), await asViewer()];
    const id = await aProduct(seller.userId, {}, [{ stock: 0 }]);
    for (const person of [leaving, next]) await person.post(`products/${id}/wait`, {});
    await seller.put(`products/${id}`, { stock: 1 });
    await testContext().db.update(users).set({ deletesAt: 1 }).where(eq(users.id, leaving.userId));
    await sweepOut(eraseAccounts, testContext({ TASKS: recordingQueue().queue }));
    expect((await next.post(`products/${id}/wait`, {})).data.position).toBe(0);
    const left = await env.DB.prepare('SELECT 1 FROM product_waits WHERE user_id = ?').bind(leaving.userId).all();
    expect(left.results).toEqual([]);
  });

  it('is preceded by an export with products, variants and places in waiting lists', async () => {
    const seller = await asSeller();
    const id = await aProduct(seller.userId, { title: 'Exported' }, [{ stock: 3, options: { size: 'M' } }]);
    const { status, body } = await seller.get('user/export');
    expect(status).toBe(200);
    const document = body.data ?? body;
    expect(document.products).toContainEqual(expect.objectContaining({ id, title: 'Exported' }));
    expect(document.productVariants).toContainEqual(expect.objectContaining({ productId: id, stock: 3 }));
    expect(document.productWaits).toEqual([]);
  });
});
