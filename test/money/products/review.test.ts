/** Staff review products before they are on sale. */
import { describe, expect, it, vi } from 'vitest';
import { client } from '#test/support/api';
import { notificationsOf } from '#test/support/payouts';
import { aProduct, asSeller, productOf } from '#test/support/shop';
import { asCreator, asStaff, asViewer, type Person } from '#test/support/users';

const SHIRT = { title: 'A shirt', priceMinor: 2_000, currency: 'USD', stock: 10, status: 'active' };

const create = async (seller: Person, changes: Record<string, unknown> = {}) => {
  const { status, data } = await seller.post('products', { ...SHIRT, ...changes });
  expect(status).toBe(201);
  return data;
};
const decide = (staff: Person, id: string, body: Record<string, unknown>) =>
  staff.put(`owner/panel/products/${id}/review`, body);

describe('a product that waits for review', () => {
  it('is the first of a seller, who sells more without once it is approved', async () => {
    const [seller, staff] = [await asCreator(), await asStaff('admin_l3')];
    const [first, second] = [await create(seller), await create(seller)];
    expect([first.status, second.status]).toEqual(['review', 'review']);
    expect((await client().get(`products/${first.id}`)).status).toBe(404);
    const { items } = (await staff.get('owner/panel/products/review?perPage=100')).data;
    expect(items).toContainEqual(expect.objectContaining({ id: first.id, submittedAt: expect.any(String) }));
    const approved = await decide(staff, first.id, { approve: true });
    expect([approved.status, approved.data.status]).toEqual([200, 'active']);
    expect((await client().get(`products/${first.id}`)).status).toBe(200);
    expect((await create(seller)).status).toBe('active');
    await vi.waitFor(async () =>
      expect(await notificationsOf(seller.userId)).toMatchObject([{ kind: 'product-approved' }]),
    );
    // What waits already can be taken back and put on sale.
    expect((await seller.put(`products/${second.id}`, { status: 'draft' })).data.status).toBe('draft');
    expect((await seller.put(`products/${second.id}`, { status: 'active' })).data.status).toBe('active');
  });

  it('is a draft with the reason once it is refused, until it is sent again', async () => {
    const [seller, staff] = [await asCreator(), await asStaff('admin_l3')];
    const { id } = await create(seller);
    expect((await decide(staff, id, { approve: false })).status).toBe(422);
    expect((await decide(staff, id, { approve: false, reason: 'No picture.' })).data.status).toBe('draft');
    expect((await seller.get(`products/${id}`)).data).toMatchObject({ status: 'draft', reviewReason: 'No picture.' });
    await vi.waitFor(async () =>
      expect(await notificationsOf(seller.userId)).toMatchObject([
        { kind: 'product-refused', body: expect.stringContaining('No picture.') },
      ]),
    );
    expect((await decide(staff, id, { approve: true })).error.code).toBe('PRODUCT_NOT_IN_REVIEW');
    const again = await seller.put(`products/${id}`, { status: 'active' });
    expect(again.data).toMatchObject({ status: 'review', reviewReason: null });
  });

  it('is every one of a reviewed category, each time that it is reworded', async () => {
    const [seller, staff] = [await asSeller(), await asStaff('admin_l3')];
    const { id, status } = await create(seller, { category: 'knives' });
    expect(status).toBe('review');
    await decide(staff, id, { approve: true });
    expect((await seller.put(`products/${id}`, { priceMinor: 2_500, stock: 5 })).data.status).toBe('active');
    expect((await seller.put(`products/${id}`, { title: 'A sharper knife' })).data.status).toBe('review');
    await decide(staff, id, { approve: true });
    const sized = (size: string) => ({ variants: [{ options: { size }, stock: 5 }] });
    expect((await seller.put(`products/${id}`, sized('Long'))).data.status).toBe('review');
    await decide(staff, id, { approve: true });
    expect((await seller.put(`products/${id}`, sized('Long'))).data.status).toBe('active');
    const plain = await create(seller);
    expect((await seller.put(`products/${plain.id}`, { title: 'A coat' })).data.status).toBe('active');
    expect((await seller.put(`products/${plain.id}`, { category: 'food' })).data.status).toBe('review');
  });

  it('is not approved if it was changed since staff looked', async () => {
    const [seller, staff] = [await asCreator(), await asStaff('admin_l3')];
    const { id } = await create(seller);
    const { updatedAt } = (await staff.get(`products/${id}`)).data;
    await seller.put(`products/${id}`, { title: 'Something else' });
    const late = await decide(staff, id, { approve: true, updatedAt });
    expect([late.status, late.error.code]).toEqual([409, 'PRODUCT_CHANGED']);
    expect((await productOf(id))?.product.status).toBe('review');
  });

  it('is decided once, by staff with the permission, not by its seller, and inside the country of a country admin', async () => {
    const [seller, staff] = [await asCreator({ country: 'DE' }), await asStaff('admin_l3')];
    const { id } = await create(seller);
    expect((await decide(await asStaff('admin_l1'), id, { approve: true })).status).toBe(403);
    expect((await decide(await asViewer(), id, { approve: true })).status).toBe(403);
    const french = await asStaff('country_admin', { country: 'FR' });
    expect((await decide(french, id, { approve: true })).error.code).toBe('SELLER_OUT_OF_REACH');
    const own = await aProduct(staff.userId, { status: 'review', submittedAt: 1 });
    expect((await decide(staff, own, { approve: true })).error.code).toBe('OWN_PRODUCT');
    const answers = await Promise.all([1, 2, 3].map(() => decide(staff, id, { approve: true })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const inbox = (await staff.get('admin/inbox')).data.items;
    expect(inbox).toContainEqual(expect.objectContaining({ kind: 'product' }));
  });
});
