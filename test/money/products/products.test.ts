/** A seller's products: creating, changing and deleting them, and who sees them. */
import { env, exports } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { banned } from '#test/support/decisions';
import { mp4, pdf, png } from '#test/support/files';
import { changeEconomy } from '#test/support/money';
import { anOrderOf, aProduct, asSeller, productOf } from '#test/support/shop';
import { asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import { mediaFiles } from '@/domains/base/media/tables';
import { users } from '@/domains/base/users/tables';
import { blockedRegions } from '@/domains/people/social/tables';
import { newId } from '@/shared/ids';

const SHIRT = {
  title: 'A shirt',
  description: 'Of cotton.',
  priceMinor: 2_000,
  currency: 'USD',
  stock: 10,
  category: 'fashion',
  status: 'active',
};

/** Announces a file and sends it. @returns the upload's id */
async function upload(person: Person, kind: string, contentType: string, bytes: Uint8Array, name?: string) {
  const { data } = await person.post('media/uploads', { kind, contentType, bytes: bytes.length, name });
  const sent = await exports.default.fetch(data.url, { method: 'PUT', headers: data.headers, body: bytes });
  expect(sent.ok).toBe(true);
  return data.id as string;
}
const image = (person: Person) => upload(person, 'image', 'image/png', png());

const filesOf = (ownerId: string) =>
  testContext().db.select().from(mediaFiles).where(eq(mediaFiles.ownerId, ownerId)).orderBy(mediaFiles.key);

const create = async (seller: Person, changes: Record<string, unknown> = {}) => {
  const { status, data, error } = await seller.post('products', { ...SHIRT, ...changes });
  expect({ status, error }).toMatchObject({ status: 201 });
  return data;
};

const refused = async (seller: Person, changes: Record<string, unknown>) => {
  const { status, error } = await seller.post('products', { ...SHIRT, ...changes });
  return [status, (error.details as { path: string }[] | undefined)?.[0]?.path ?? error.code];
};

describe('a new product', () => {
  it('is on sale with its price, stock and shipping, for everyone', async () => {
    const seller = await asSeller();
    const made = await create(seller, { shipping: { weightGrams: 200, shipsTo: ['DE', 'AT', 'DE'], priceMinor: 500 } });
    expect(made).toMatchObject({
      sellerId: seller.userId,
      status: 'active',
      kind: 'physical',
      variants: [],
      stock: 10,
    });
    const { status, data } = await client().get(`products/${made.id}`);
    expect(status).toBe(200);
    expect(data).toMatchObject({
      title: 'A shirt',
      priceMinor: 2_000,
      currency: 'USD',
      shipping: { weightGrams: 200, shipsTo: ['AT', 'DE'], priceMinor: 500 },
      seller: { id: seller.userId },
    });
    expect(data).not.toHaveProperty('sold');
    expect((await seller.get(`products/${made.id}`)).data).toMatchObject({ sold: 0, held: 0, fileName: null });
  });

  it('has variants with their own stock and price', async () => {
    const seller = await asSeller();
    const made = await create(seller, {
      stock: undefined,
      variants: [
        { options: { size: 'M', colour: 'red' }, stock: 2 },
        { options: { size: 'L' }, priceMinor: 2_500, stock: 3 },
      ],
    });
    expect(made.stock).toBe(5);
    expect(made.variants).toEqual([
      { id: expect.any(String), options: { colour: 'red', size: 'M' }, stock: 2 },
      { id: expect.any(String), options: { size: 'L' }, priceMinor: 2_500, stock: 3 },
    ]);
    const unlimited = await create(seller, { stock: null });
    expect(unlimited).toMatchObject({ stock: null, variants: [] });
  });

  it('takes images as uploads and as files of a form, which everyone can see', async () => {
    const seller = await asSeller();
    const made = await create(seller, { imageUploadIds: [await image(seller), await image(seller)] });
    expect(made.images).toHaveLength(2);
    expect((await exports.default.fetch(made.images[0])).status).toBe(200);
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...SHIRT, stock: '', variants: '', shipping: '' }))
      form.append(name, String(value));
    for (const name of ['one.png', 'two.png'])
      form.append('images', new File([png() as Uint8Array<ArrayBuffer>], name));
    const sent = await seller.post('products', form);
    expect(sent.status).toBe(201);
    expect(sent.data).toMatchObject({
      title: 'A shirt',
      stock: null,
      images: [expect.any(String), expect.any(String)],
    });
    expect(await filesOf(seller.userId)).toHaveLength(4);
  });

  it('is digital with a file, which nobody reads by its plain URL', async () => {
    const seller = await asSeller();
    const fileUploadId = await upload(seller, 'product-file', 'application/pdf', pdf(), 'Sheet music.pdf');
    const made = await create(seller, { fileUploadId, stock: null });
    expect(made).toMatchObject({ kind: 'digital', fileName: 'Sheet music.pdf', status: 'active' });
    expect(made).not.toHaveProperty('shipping');
    const stored = await productOf(made.id);
    const file = await exports.default.fetch(`http://localhost:8787/media/${stored?.product.fileKey}`);
    expect(file.status).toBe(404);
    const form = new FormData();
    for (const [name, value] of Object.entries(SHIRT)) form.append(name, String(value));
    form.append('file', new File([mp4() as Uint8Array<ArrayBuffer>], 'lesson.mp4'));
    expect((await seller.post('products', form)).data).toMatchObject({ kind: 'digital', fileName: 'lesson.mp4' });
  });

  it('needs its file before it is on sale, and can be a draft without', async () => {
    const seller = await asSeller();
    expect(await refused(seller, { kind: 'digital' })).toEqual([409, 'PRODUCT_FILE_MISSING']);
    const draft = await create(seller, { kind: 'digital', status: 'draft' });
    const early = await seller.put(`products/${draft.id}`, { status: 'active' });
    expect(early.error.code).toBe('PRODUCT_FILE_MISSING');
    const fileUploadId = await upload(seller, 'product-file', 'application/pdf', pdf());
    const late = await seller.put(`products/${draft.id}`, { status: 'active', fileUploadId });
    expect(late.data).toMatchObject({ status: 'active', fileName: 'A shirt' });
  });

  it.each([
    ['a negative price', { priceMinor: -1 }, 'priceMinor'],
    ['no price', { priceMinor: 0 }, 'priceMinor'],
    ['an unknown currency', { currency: 'XXY' }, 'currency'],
    ['a currency that nobody is paid in', { currency: 'ISK' }, 'currency'],
    ['a negative stock', { stock: -1 }, 'stock'],
    ['too large a stock', { stock: 1_000_001 }, 'stock'],
    ['an unknown category', { category: 'cars' }, 'category'],
    ['no title', { title: ' ' }, 'title'],
    ['an unknown field', { soldOut: true }, 'soldOut'],
    ['another status', { status: 'review' }, 'status'],
    ['an unknown country', { shipping: { shipsTo: ['XX'] } }, 'shipping.shipsTo.0'],
    ['shipping of a digital product', { kind: 'digital', shipping: {} }, 'shipping'],
    ['a file of a physical product', { kind: 'physical', fileUploadId: newId() }, 'fileUploadId'],
    ['nine images', { imageUploadIds: Array.from({ length: 9 }, newId) }, 'imageUploadIds'],
    ['equal variants', { stock: undefined, variants: [1, 2].map(() => ({ options: { a: '1', b: '2' } })) }, 'variants'],
    ['a variant without options', { stock: undefined, variants: [{ options: {} }] }, 'variants.0.options'],
    ['the id of a variant', { stock: undefined, variants: [{ id: newId(), options: { size: 'M' } }] }, 'variants.0.id'],
    ['two stocks', { variants: [{ options: { size: 'M' } }] }, 'stock'],
    [
      'fifty-one variants',
      { stock: undefined, variants: Array.from({ length: 51 }, (_, n) => ({ options: { n: `${n}` } })) },
      'variants',
    ],
  ])('is refused with %s', async (_, changes, path) => {
    expect(await refused(await asSeller(), changes)).toEqual([422, path]);
  });

  it('is refused with an option whose name has two lines, and the answer says so', async () => {
    const variants = [{ options: { 'si\nze': 'M' } }];
    const { error } = await (await asSeller()).post('products', { ...SHIRT, stock: undefined, variants });
    expect(error.details).toEqual([{ path: 'variants.0.options.si\nze', message: 'has a name that must be one line' }]);
  });

  it('has a price within the limits of its currency', async () => {
    await changeEconomy({
      limits: {
        shop: {
          commissionBasisPoints: 1_000,
          maturingDays: 14,
          confirmedDays: 3,
          currencies: [{ currency: 'USD', priceMinorMin: 500, priceMinorMax: 10_000, feeMinor: 0 }],
        },
      },
    });
    const seller = await asSeller();
    expect(await refused(seller, { priceMinor: 499 })).toEqual([422, 'priceMinor']);
    const variants = [{ options: { size: 'M' }, priceMinor: 10_001 }];
    expect(await refused(seller, { stock: undefined, variants })).toEqual([422, 'variants.0.priceMinor']);
    await changeEconomy({
      limits: { shop: { commissionBasisPoints: 1_000, maturingDays: 14, confirmedDays: 3, currencies: [] } },
    });
  });

  it('is for approved creators alone', async () => {
    expect((await client().post('products', SHIRT)).status).toBe(401);
    expect((await (await asViewer()).post('products', SHIRT)).status).toBe(403);
    const others = await asCreator();
    const fileUploadId = await upload(others, 'product-file', 'application/pdf', pdf());
    expect(await refused(await asSeller(), { fileUploadId })).toEqual([404, 'UPLOAD_NOT_FOUND']);
    const body = { kind: 'product-file', contentType: 'application/pdf', bytes: 10 };
    expect((await (await asViewer()).post('media/uploads', body)).error.code).toBe('UPLOAD_FOR_CREATORS');
  });
});

describe('a change of a product', () => {
  it('leaves everything that is not sent', async () => {
    const seller = await asSeller();
    const made = await create(seller, { perBuyerMax: 2, shipping: { weightGrams: 5, priceMinor: 100 } });
    const { status, data } = await seller.put(`products/${made.id}`, {
      title: 'A coat',
      shipping: { priceMinor: 200 },
    });
    expect(status).toBe(200);
    const { updatedAt: _, ...kept } = made;
    expect(data).toMatchObject({
      ...kept,
      title: 'A coat',
      shipping: { weightGrams: 5, shipsTo: null, priceMinor: 200 },
    });
    expect((await seller.put(`products/${made.id}`, { perBuyerMax: null })).data).not.toHaveProperty('perBuyerMax');
  });

  it('matches variants by id or options, and keeps removed ones for their orders', async () => {
    const seller = await asSeller();
    const made = await create(seller, {
      stock: undefined,
      variants: ['S', 'M', 'L'].map((size) => ({ options: { size }, stock: 1 })),
    });
    const [small, medium, large] = made.variants;
    await env.DB.prepare('UPDATE product_variants SET position = 0 WHERE id = ?').bind(large.id).run();
    await anOrderOf(made.id, { buyerId: newId() });
    const { data } = await seller.put(`products/${made.id}`, {
      variants: [
        // These two swap their options.
        { id: medium.id, options: { size: 'S' } },
        { id: small.id, options: { size: 'M' }, stock: 7 },
        { options: { size: 'XL' }, priceMinor: 3_000 },
      ],
    });
    expect(data.variants).toEqual([
      { id: medium.id, options: { size: 'S' }, stock: 1 },
      { id: small.id, options: { size: 'M' }, stock: 7 },
      { id: expect.any(String), options: { size: 'XL' }, priceMinor: 3_000, stock: null },
    ]);
    const gone = await env.DB.prepare('SELECT retired_at FROM product_variants WHERE id = ?').bind(large.id).first();
    expect(gone?.retired_at).toEqual(expect.any(Number));
    const unknown = await seller.put(`products/${made.id}`, { variants: [{ id: newId(), options: { size: 'S' } }] });
    expect(unknown.error.code).toBe('VARIANT_NOT_FOUND');
    expect((await seller.put(`products/${made.id}`, { stock: 3 })).status).toBe(422);
    const plain = await seller.put(`products/${made.id}`, { variants: [], stock: 3 });
    expect(plain.data).toMatchObject({ variants: [], stock: 3 });
  });

  it('deletes removed variants that nobody ordered, so a product never has more than lists can read', async () => {
    const seller = await asSeller();
    const { id } = await create(seller, { stock: undefined, variants: [{ options: { size: 'S' } }] });
    for (const size of ['M', 'L', 'XL']) await seller.put(`products/${id}`, { variants: [{ options: { size } }] });
    const { results } = await env.DB.prepare('SELECT options FROM product_variants WHERE product_id = ?')
      .bind(id)
      .all();
    expect(results).toEqual([{ options: '{"size":"XL"}' }]);
  });

  it('does not bring back pieces that are sold while it is made', async () => {
    const seller = await asSeller();
    const id = await aProduct(seller.userId, {}, [{ stock: 10 }]);
    const seen = await productOf(id);
    const sell = env.DB.prepare('UPDATE product_variants SET stock = stock - 1, held = held + 1 WHERE product_id = ?');
    const [changed] = await Promise.all([seller.put(`products/${id}`, { stock: 12 }), sell.bind(id).run()]);
    expect(changed.status).toBe(200);
    const now = await productOf(id);
    // Whichever came first: the sale before the change was read counts as seen.
    expect([11, 12]).toContain(now?.variants[0]?.stock);
    expect(now?.variants[0]?.held).toBe((seen?.variants[0]?.held ?? 0) + 1);
  });

  it('counts the pieces in open checkouts when an unlimited stock becomes a number', async () => {
    const seller = await asSeller();
    const id = await aProduct(seller.userId, {}, [{ stock: null, held: 3 }]);
    const { status, error } = await seller.put(`products/${id}`, { stock: 2 });
    expect([status, error.code]).toEqual([409, 'PRODUCT_STOCK_CHANGED']);
    await seller.put(`products/${id}`, { stock: 10 });
    expect((await productOf(id))?.variants).toMatchObject([{ stock: 7, held: 3 }]);
  });

  it('wins whole or not at all when two are made at once', async () => {
    const seller = await asSeller();
    const id = await aProduct(seller.userId);
    const changes = [1, 2, 3, 4].map((n) => ({ title: `Title ${n}`, description: `Text ${n}`, priceMinor: 1_000 + n }));
    const answers = await Promise.all(changes.map((change) => seller.put(`products/${id}`, change)));
    expect(answers.map(({ status }) => status)).toContain(200);
    for (const { status, error } of answers) if (status !== 200) expect(error.code).toBe('PRODUCT_CHANGED');
    const { title, description, priceMinor } = (await productOf(id))?.product ?? {};
    expect(changes).toContainEqual({ title, description, priceMinor });
  });

  it('replaces images and the file, and deletes those that nothing shows', async () => {
    const seller = await asSeller();
    const made = await create(seller, { imageUploadIds: [await image(seller), await image(seller)] });
    const [first, second] = made.images;
    const swapped = await seller.put(`products/${made.id}`, {
      images: [second],
      imageUploadIds: [await image(seller)],
    });
    expect(swapped.data.images).toEqual([second, expect.any(String)]);
    expect(await filesOf(seller.userId)).toHaveLength(2);
    expect((await seller.put(`products/${made.id}`, { images: [first] })).status).toBe(422);
    await anOrderOf(made.id, { buyerId: (await asViewer()).userId });
    await seller.put(`products/${made.id}`, { images: [] });
    expect(await filesOf(seller.userId)).toHaveLength(2);
  });

  it('is for its seller alone', async () => {
    const id = await aProduct((await asSeller()).userId);
    expect((await client().put(`products/${id}`, { title: 'x' })).status).toBe(401);
    expect((await (await asSeller()).put(`products/${id}`, { title: 'x' })).error.code).toBe('NOT_YOUR_PRODUCT');
    expect((await (await asSeller()).delete(`products/${id}`)).error.code).toBe('NOT_YOUR_PRODUCT');
    expect((await (await asSeller()).put(`products/${newId()}`, { title: 'x' })).error.code).toBe('PRODUCT_NOT_FOUND');
    expect((await (await asViewer()).put(`products/${id}`, { title: 'x' })).status).toBe(403);
  });
});

describe('a deleted product', () => {
  it('is gone with its files if nobody ordered it', async () => {
    const seller = await asSeller();
    const made = await create(seller, { imageUploadIds: [await image(seller)] });
    expect((await seller.delete(`products/${made.id}`)).status).toBe(200);
    expect(await productOf(made.id)).toBeUndefined();
    expect(await filesOf(seller.userId)).toEqual([]);
    expect((await seller.delete(`products/${made.id}`)).status).toBe(404);
  });

  it('is archived with its files if it was ordered, and its buyer still sees it', async () => {
    const [seller, buyer] = [await asSeller(), await asViewer()];
    const made = await create(seller, { imageUploadIds: [await image(seller)] });
    await anOrderOf(made.id, { buyerId: buyer.userId });
    await seller.delete(`products/${made.id}`);
    expect((await productOf(made.id))?.product.status).toBe('archived');
    expect(await filesOf(seller.userId)).toHaveLength(1);
    expect((await buyer.get(`products/${made.id}`)).data).toMatchObject({ status: 'archived' });
    expect((await (await asViewer()).get(`products/${made.id}`)).status).toBe(404);
    expect((await seller.get('products/mine?status=archived')).data.items).toContainEqual(
      expect.objectContaining({ id: made.id }),
    );
  });
});

describe('a product', () => {
  it('is seen by its seller and staff alone while it is not on sale', async () => {
    const [seller, viewer, staff] = [await asSeller(), await asViewer(), await asStaff('support')];
    for (const changes of [{ status: 'draft' }, { status: 'archived' }, { hiddenAt: 1 }] as const) {
      const id = await aProduct(seller.userId, changes);
      const statuses = [];
      for (const reader of [seller, staff, viewer, client()])
        statuses.push((await reader.get(`products/${id}`)).status);
      expect(statuses).toEqual([200, 200, 404, 404]);
    }
  });

  it('is hidden by a block in either direction', async () => {
    const [seller, viewer] = [await asSeller(), await asViewer()];
    const id = await aProduct(seller.userId);
    await seller.post(`social/block/${viewer.userId}`);
    expect((await viewer.get(`products/${id}`)).status).toBe(404);
    expect((await viewer.get(`products?creatorId=${seller.userId}`)).data.items).toEqual([]);
    expect((await client().get(`products/${id}`)).status).toBe(200);
  });

  it('goes with its seller: banned, or no longer approved', async () => {
    const [seller, viewer, owner] = [await asSeller(), await asViewer(), await asStaff('owner')];
    const id = await aProduct(seller.userId);
    await testContext().db.update(users).set({ creatorStatus: 'REJECTED' }).where(eq(users.id, seller.userId));
    expect((await viewer.get(`products/${id}`)).status).toBe(404);
    await testContext().db.update(users).set({ creatorStatus: 'APPROVED' }).where(eq(users.id, seller.userId));
    expect((await viewer.get(`products/${id}`)).status).toBe(200);
    await banned(owner.userId, seller.userId);
    expect((await viewer.get(`products/${id}`)).status).toBe(404);
    expect((await client().get(`products?creatorId=${seller.userId}`)).data.items).toEqual([]);
  });

  it('says that it is hidden in the reader’s country', async () => {
    const [seller, viewer] = [await asSeller(), await asViewer()];
    const id = await aProduct(seller.userId);
    await testContext().db.insert(blockedRegions).values({ creatorId: seller.userId, region: 'DE' });
    await testContext().db.update(users).set({ hidesSomewhere: true }).where(eq(users.id, seller.userId));
    const { status, error } = await viewer.get(`products/${id}`, { headers: { 'x-dev-country': 'DE' } });
    expect([status, error?.code]).toEqual([451, 'NOT_IN_YOUR_COUNTRY']);
    const list = await viewer.get(`products?creatorId=${seller.userId}`, { headers: { 'x-dev-country': 'DE' } });
    expect(list.data.items).toEqual([]);
  });
});

describe('lists of products', () => {
  it('filter by seller, words, category, price and stock, sort and page', async () => {
    const seller = await asSeller();
    const at = `products?creatorId=${seller.userId}`;
    const cheap = await aProduct(seller.userId, { title: 'Cheap quokka cap', priceMinor: 500 });
    const dear = await aProduct(seller.userId, { title: 'Dear quokka coat', priceMinor: 9_000, category: 'art' });
    const gone = await aProduct(seller.userId, { title: 'Gone hat', priceMinor: 700 }, [{ stock: 0 }]);
    await aProduct(seller.userId, { status: 'draft' });
    const ids = async (query: string) =>
      (await client().get(`${at}${query}`)).data.items.map(({ id }: { id: string }) => id);
    expect(await ids('')).toEqual([gone, dear, cheap]);
    expect(await ids('&sort=price')).toEqual([cheap, gone, dear]);
    expect(await ids('&sort=-price&currency=USD')).toEqual([dear, gone, cheap]);
    expect(await ids('&q=quokka')).toEqual([dear, cheap]);
    expect(await ids('&category=art')).toEqual([dear]);
    expect(await ids('&priceMin=600&priceMax=8000&currency=USD')).toEqual([gone]);
    expect(await ids('&currency=EUR')).toEqual([]);
    expect(await ids('&inStock=true')).toEqual([dear, cheap]);
    expect(await ids('&perPage=1&page=2')).toEqual([dear]);
    expect((await client().get(`${at}&perPage=2`)).data.pagination).toEqual({
      page: 1,
      perPage: 2,
      total: 3,
      totalPages: 2,
    });
    expect((await client().get(`${at}&sort=oldest`)).status).toBe(422);
    const own = (await client().get(`users/${seller.userId}/products?sort=price`)).data.items;
    expect(own.map(({ id }: { id: string }) => id)).toEqual([cheap, gone, dear]);
    expect((await client().get(`users/${newId()}/products`)).error.code).toBe('USER_NOT_FOUND');
  });

  it('of all sellers leave out what is not on sale', async () => {
    const seller = await asSeller();
    const id = await aProduct(seller.userId, { priceMinor: 123_456 });
    await aProduct(seller.userId, { priceMinor: 123_456, status: 'draft' });
    for (const query of ['', '&sort=price', '&sort=-price&currency=USD', '&currency=USD', '&category=fashion']) {
      const { data } = await client().get(`products?priceMin=123456&priceMax=123456${query}`);
      expect(data.items.map((item: { id: string }) => item.id)).toEqual([id]);
    }
  });

  it('show a seller all of their own by status', async () => {
    const seller = await asCreator();
    const draft = await aProduct(seller.userId, { status: 'draft' });
    const active = await aProduct(seller.userId);
    const ids = async (query: string) =>
      (await seller.get(`products/mine${query}`)).data.items.map(({ id }: { id: string }) => id);
    expect(await ids('')).toEqual([active, draft]);
    expect(await ids('?status=draft')).toEqual([draft]);
    expect((await client().get('products/mine')).status).toBe(401);
    expect((await (await asViewer()).get('products/mine')).status).toBe(403);
  });
});
