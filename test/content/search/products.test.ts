/** GET /search/products and /search?type=products, and what lists of products cost among 100,000 of them. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { client, randomAddress } from '#test/support/api';
import { entry } from '#test/support/app';
import { aProduct, asSeller } from '#test/support/shop';
import { asViewer, type Person } from '#test/support/users';
import { app } from '@/app';
import { type Env, readConfig } from '@/config';
import { keepMaintenance } from '@/domains/base/maintenance/read';
import { type Counts, makeCountingD1, readCounts, resetCounts } from '../../../scripts/bench/counting-d1';

const idsOf = (items: { id: string }[]) => items.map(({ id }) => id);

describe('the search of products', () => {
  it('ranks by words, filters, sorts, and counts the categories', async () => {
    const seller = await asSeller();
    const inText = await aProduct(seller.userId, { description: 'Shows a wombat.', priceMinor: 100 });
    const inTitle = await aProduct(seller.userId, { title: 'Wombat print', category: 'art', priceMinor: 300 });
    const gone = await aProduct(seller.userId, { title: 'Wombat mug', category: 'home', priceMinor: 200 }, [
      { stock: 0 },
    ]);
    await aProduct(seller.userId, { title: 'Wombat draft', status: 'draft' });
    const find = async (query = '') => (await client().get(`search/products?q=wombat${query}`)).data;
    const found = await find();
    expect(idsOf(found.items)).toEqual([gone, inTitle, inText]);
    expect(found.pagination).toEqual({ page: 1, perPage: 20, total: 3, totalPages: 1 });
    expect(
      found.facets.categories.toSorted((a: { category: string }, b: { category: string }) =>
        a.category < b.category ? -1 : 1,
      ),
    ).toEqual([
      { category: 'art', count: 1 },
      { category: 'fashion', count: 1 },
      { category: 'home', count: 1 },
    ]);
    expect(idsOf((await find('&sort=price')).items)).toEqual([inText, gone, inTitle]);
    expect(idsOf((await find('&sort=newest')).items)).toEqual([gone, inTitle, inText]);
    expect(idsOf((await find('&inStock=true&sort=-price')).items)).toEqual([inTitle, inText]);
    const art = await find('&category=art');
    expect(idsOf(art.items)).toEqual([inTitle]);
    expect(art.facets.categories).toHaveLength(3);
    expect(idsOf((await find('&priceMin=150&priceMax=250&currency=USD')).items)).toEqual([gone]);
    expect(idsOf((await find(`&creatorId=${seller.userId}`)).items)).toHaveLength(3);
    expect(idsOf((await find('&perPage=1&page=3')).items)).toEqual([inText]);
  });

  it('needs no words, and obeys who sees what', async () => {
    const [seller, viewer] = [await asSeller(), await asViewer()];
    const id = await aProduct(seller.userId, { title: 'A numbat' });
    const at = `search/products?creatorId=${seller.userId}`;
    expect((await viewer.get(at)).data).toMatchObject({
      items: [{ id }],
      facets: { categories: [{ category: 'fashion', count: 1 }] },
    });
    await viewer.post(`social/block/${seller.userId}`);
    for (const path of [at, 'search/products?q=numbat', 'search/products?q=numbat&sort=price']) {
      const { data } = await viewer.get(path);
      expect([data.items, data.facets.categories, data.pagination.total]).toEqual([[], [], 0]);
    }
    expect((await viewer.get('search/products?sort=best')).status).toBe(422);
    expect((await viewer.get('search/products?q=%22%20OR%20*')).data.items).toEqual([]);
  });

  it('is a type of the search of everything', async () => {
    const seller = await asSeller();
    const id = await aProduct(seller.userId, { title: 'A bandicoot' });
    const { data } = await client().get('search?q=bandi&type=products,users');
    expect(data.products.items).toMatchObject([
      { id, seller: { id: seller.userId }, highlights: [{ field: 'title', parts: [{ text: 'A ' }, { hit: true }] }] },
    ]);
    expect(data.users.items).toEqual([]);
    await client().get('search?q=bandi&type=products&cursor=x');
  });
});

describe('among 100,000 products', () => {
  const PRODUCTS = 100_000;
  const counted = { ...env, DB: makeCountingD1(env.DB) } as Env;
  const sellers: Person[] = [];
  let viewer: Person;

  async function ask(path: string, headers: Record<string, string>): Promise<Counts & { found: number }> {
    const execution = createExecutionContext();
    const request = new Request(`http://localhost:8787/api/v1/${path}`, {
      headers: { 'cf-connecting-ip': randomAddress(), ...headers },
    });
    keepMaintenance({ config: readConfig(counted), now: Date.now }, { revision: 0, window: null });
    resetCounts();
    const response = await app.fetch(request, entry(counted, execution), execution);
    const { data } = await response.json<{ data: { items: unknown[] } }>();
    await waitOnExecutionContext(execution);
    expect(response.status).toBe(200);
    return { ...readCounts(), found: data.items.length };
  }

  beforeAll(async () => {
    viewer = await asViewer();
    for (let n = 0; n < 10; n += 1) sellers.push(await asSeller());
    const ids = JSON.stringify(sellers.map(({ userId }) => userId));
    await env.DB.prepare(
      `INSERT INTO products (id, seller_id, title, description, category, kind, price_minor, currency, status, image_keys,
         created_at, updated_at)
       WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${PRODUCTS})
       SELECT printf('01900000-0000-7000-8009-%012d', n), ?1 ->> ('$[' || n % 10 || ']'), 'Product ' || n, 'Of the crowd',
         CASE WHEN n % 10000 = 0 THEN 'toys' ELSE 'books' END, 'physical', 100 + n % 50000, 'EUR', 'active', '[]', 0, 0
       FROM n`,
    )
      .bind(ids)
      .run();
    await env.DB.prepare(
      `INSERT INTO product_variants (id, product_id, position, options, stock)
       SELECT 'v' || id, id, 1, '{}', CASE WHEN CAST(substr(id, -12) AS INTEGER) % 1000 THEN 0 ELSE 5 END
       FROM products WHERE id GLOB '01900000-*'`,
    ).run();
  }, 120_000);

  it.each([
    ['', 45_000],
    ['page=400&', 60_000],
    ['sort=price&', 45_000],
    ['sort=-price&currency=EUR&', 45_000],
    ['category=books&', 45_000],
    ['category=toys&inStock=true&', 500],
    ['inStock=true&', 110_000],
    ['priceMin=5000&priceMax=5010&currency=EUR&', 1_000],
    ['priceMin=5000&priceMax=5010&currency=EUR&sort=price&', 1_000],
    ['currency=EUR&', 65_000],
    ['priceMin=1&priceMax=60000&currency=EUR&', 90_000],
    ['priceMin=45000&priceMax=45010&', 65_000],
    ['priceMin=45000&priceMax=45010&sort=price&', 65_000],
    ['priceMin=45000&priceMax=45010&sort=-price&', 65_000],
    ['category=books&sort=price&', 130_000],
    ['q=product%2099&', 20_000],
    ['q=crowd&sort=price&', 120_000],
  ])('a list costs two statements and reads a bounded part of them: ?%s', async (query, rowsRead) => {
    const counts = await ask(`products?${query}perPage=20`, viewer.headers);
    expect(counts.found).toBeGreaterThan(0);
    expect(counts.statements).toBe(2);
    expect(counts.rowsRead).toBeLessThan(rowsRead);
  });

  it.each([
    ['q=crowd', 30_000],
    ['q=crowd&sort=price&category=books', 30_000],
    ['q=product%2099', 15_000],
    ['category=toys', 10_000],
    ['inStock=true', 120_000],
  ])('a search costs three statements and reads a bounded part of them: ?%s', async (query, rowsRead) => {
    const counts = await ask(`search/products?${query}`, viewer.headers);
    expect(counts.statements).toBe(3);
    expect(counts.rowsRead).toBeLessThan(rowsRead);
  });

  it('a product costs one statement, and those of a seller three', async () => {
    const one = await env.DB.prepare("SELECT id FROM products WHERE id GLOB '01900000-*' LIMIT 1").first<{
      id: string;
    }>();
    const execution = createExecutionContext();
    const request = new Request(`http://localhost:8787/api/v1/products/${one?.id}`, { headers: viewer.headers });
    resetCounts();
    const response = await app.fetch(request, entry(counted, execution), execution);
    await waitOnExecutionContext(execution);
    expect(response.status).toBe(200);
    expect(readCounts()).toMatchObject({ statements: 1 });
    expect(readCounts().rowsRead).toBeLessThan(20);
    const [seller] = sellers;
    const own = await ask(`users/${seller?.userId}/products?sort=price`, viewer.headers);
    expect(own.statements).toBe(3);
    expect(own.rowsRead).toBeLessThan(130_000);
    const mine = await ask('products/mine?status=draft', seller?.headers ?? {});
    expect(mine.statements).toBe(3); // that of the guard included
  });

  it('the search of everything reads no more of them than of other types', async () => {
    const counts = await ask2('search?type=products&q=crowd');
    expect(counts).toMatchObject({ statements: 1 });
    expect(counts.rowsRead).toBeLessThan(20 * 20);
  });

  async function ask2(path: string): Promise<Counts> {
    const execution = createExecutionContext();
    const request = new Request(`http://localhost:8787/api/v1/${path}`, { headers: viewer.headers });
    resetCounts();
    const response = await app.fetch(request, entry(counted, execution), execution);
    expect(response.status).toBe(200);
    await waitOnExecutionContext(execution);
    return readCounts();
  }
});
