/** Packages and gifts as staff list them: retired ones too, and since when. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { asStaff, asViewer } from '#test/support/users';

const PACKAGE = { name: 'A sack', coins: 3_333, priceMinor: 9_999, currency: 'USD' };
const GIFT = { name: 'A balloon', icon: '🎈', coins: 777 };

describe.each([
  ['packages', PACKAGE],
  ['gifts', GIFT],
] as const)('GET /owner/panel/%s', (name, offer) => {
  const path = `owner/panel/${name}`;

  async function idsOf(query = ''): Promise<string[]> {
    const owner = await asStaff('owner');
    const { status, data } = await owner.get(`${path}?perPage=100${query}`);
    expect(status).toBe(200);
    return data.items.map(({ id }: { id: string }) => id);
  }

  it('lists what is on offer and what is retired, with since when', async () => {
    const staff = await asStaff('admin_l3');
    const made = (await staff.post(path, offer)).data;
    expect(made).toMatchObject({ ...offer, active: true, retiredAt: null });
    const retired = (await staff.put(`${path}/${made.id}`, { active: false })).data;
    expect(retired).toMatchObject({ active: false, retiredAt: retired.updatedAt });
    const renamed = (await staff.put(`${path}/${made.id}`, { name: 'Another' })).data;
    expect(renamed).toMatchObject({ name: 'Another', retiredAt: retired.retiredAt });
    const kept = (await staff.get(`${path}?perPage=100&active=false`)).data.items;
    expect(kept).toContainEqual(renamed);
    expect(kept.every((one: { active: boolean }) => !one.active)).toBe(true);
    expect(await idsOf()).toContain(made.id);
    expect(await idsOf('&active=true')).not.toContain(made.id);
    const again = (await staff.put(`${path}/${made.id}`, { active: true })).data;
    expect(again.retiredAt).toBeNull();
    expect(await idsOf('&active=true')).toContain(made.id);
  });

  it('pages, and refuses a filter that it does not know', async () => {
    const owner = await asStaff('owner');
    const { data } = await owner.get(`${path}?perPage=1&page=2`);
    expect(data.items).toHaveLength(1);
    expect(data.pagination).toMatchObject({ page: 2, perPage: 1, total: (await idsOf()).length });
    expect((await owner.get(`${path}?active=maybe`)).status).toBe(422);
  });

  it('is for staff who keep the catalogue', async () => {
    expect((await (await asStaff('admin_l2')).get(path)).status).toBe(403);
    expect((await (await asViewer()).get(path)).status).toBe(403);
    expect((await client().get(path)).status).toBe(401);
  });
});
