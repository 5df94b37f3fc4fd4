/** What the platform keeps for a user and could make again: its size, and what clearing it does. */
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { testContext } from '#test/support/context';
import { form, picture } from '#test/support/files';
import { asViewer, type Person } from '#test/support/users';
import { COUNTED_MAX, deleteCleared, redraw } from '@/domains/base/media/variants';
import { DAY_MS } from '@/shared/time';

const SIZE = 'settings/cache/size';
const CLEAR = 'settings/cache/clear';

async function withAvatar() {
  const person = await asViewer();
  const { data, status } = await person.post('user/avatar', form('avatar', picture(700, 700)));
  expect(status).toBe(200);
  const key = new URL(data.avatarUrl).pathname.replace('/media/', '');
  return { person, url: data.avatarUrl as string, key };
}

const sizeOf = async (person: Person) => (await person.get(SIZE)).data;
/** What the queue does once it has the task. */
const deleteObjects = ({ userId }: Person) => deleteCleared(testContext(), userId);
const widthAt = async (url: string) => {
  const response = await exports.default.fetch(url);
  return { status: response.status, bytes: (await response.arrayBuffer()).byteLength };
};

describe('the cache', () => {
  it('is empty for someone who has uploaded nothing', async () => {
    const person = await asViewer();
    expect(await sizeOf(person)).toEqual({ bytes: 0, items: [] });
    expect((await person.post(CLEAR)).data).toEqual({ freedBytes: 0 });
  });

  it('grows by an upload, is empty once cleared, and comes back as it is asked for', async () => {
    const { person, url, key } = await withAvatar();
    const before = await sizeOf(person);
    const [small, medium] = [await widthAt(`${url}?w=128`), await widthAt(`${url}?w=320`)];
    expect(before).toEqual({
      bytes: small.bytes + medium.bytes,
      items: [{ kind: 'avatar', bytes: small.bytes + medium.bytes }],
    });

    expect((await person.post(CLEAR)).data).toEqual({ freedBytes: before.bytes });
    expect(await sizeOf(person)).toEqual({ bytes: 0, items: [] });
    await deleteObjects(person);
    expect(await env.MEDIA.head(`${key}-128`)).toBeNull();
    expect(await env.MEDIA.head(key)).not.toBeNull();

    const again = await widthAt(`${url}?w=128`);
    expect(again.status).toBe(200);
    expect(again.bytes).toBeLessThan((await widthAt(url)).bytes);
    expect(await env.MEDIA.head(`${key}-128`)).not.toBeNull();
    expect((await sizeOf(person)).bytes).toBe(again.bytes);
  });

  it('is drawn once for many who ask at once, and all of them get a picture', async () => {
    const { person, url } = await withAvatar();
    await person.post(CLEAR);
    await deleteObjects(person);
    const answers = await Promise.all([1, 2, 3, 4].map(() => exports.default.fetch(`${url}?w=128`)));
    const bodies = await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(bodies.every(({ byteLength }) => byteLength > 0)).toBe(true);
    const kept = answers.map(({ headers }) => headers.get('cache-control') ?? '');
    expect(kept.some((header) => header.includes('immutable'))).toBe(true);
    const { bytes } = await sizeOf(person);
    expect(bytes).toBe((await env.MEDIA.head(`${new URL(url).pathname.replace('/media/', '')}-128`))?.size);
  });

  it('may be read while it is cleared', async () => {
    const { person, url } = await withAvatar();
    const [, answer] = await Promise.all([person.post(CLEAR), widthAt(`${url}?w=320`), deleteObjects(person)]);
    expect(answer.status).toBe(200);
    expect((await widthAt(`${url}?w=320`)).status).toBe(200);
  });

  it('leaves nothing of an image that is deleted while a size of it is drawn', async () => {
    const { person, key } = await withAvatar();
    await person.post(CLEAR);
    await deleteObjects(person);
    const ctx = testContext();
    const images: typeof ctx.images = {
      ...ctx.images,
      draw: async (image, width) => {
        await env.DB.prepare('DELETE FROM media_files WHERE key = ?').bind(key).run();
        return ctx.images.draw(image, width);
      },
    };
    expect(await redraw({ ...ctx, images }, key, { name: `${key}-128`, width: 128 })).toBe(false);
    expect(await env.MEDIA.head(`${key}-128`)).toBeNull();
  });

  it('is counted and cleared a part at a time for someone with very many images', async () => {
    const { person, key } = await withAvatar();
    await person.post(CLEAR);
    await deleteObjects(person);
    await env.DB.prepare(
      `INSERT INTO media_variants (key, width, owner_id, bytes, drawn_at)
       WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= ?3)
       SELECT ?1, 10000 + i, ?2, 1, 0 FROM n`,
    )
      .bind(key, person.userId, COUNTED_MAX)
      .run();
    for (const bytes of [COUNTED_MAX, 1]) {
      expect((await sizeOf(person)).bytes).toBe(bytes);
      expect((await person.post(CLEAR)).data).toEqual({ freedBytes: bytes });
    }
    expect((await sizeOf(person)).bytes).toBe(0);
  });

  it('stays one’s own', async () => {
    const [{ person }, other] = [await withAvatar(), await withAvatar()];
    await person.post(CLEAR);
    expect((await sizeOf(other.person)).bytes).toBeGreaterThan(0);
  });

  it('is cleared three times a day at most', async () => {
    const { person, url } = await withAvatar();
    for (let time = 0; time < 3; time += 1) {
      expect((await person.post(CLEAR)).status).toBe(200);
      await deleteObjects(person);
      await widthAt(`${url}?w=128`);
    }
    const refused = await person.post(CLEAR);
    expect([refused.status, refused.error.code]).toEqual([429, 'CACHE_CLEARED_OFTEN']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(DAY_MS / 1_000 - 60);
    expect((await sizeOf(person)).bytes).toBeGreaterThan(0);
  });

  it('counts a clear once when it is sent five times at once, and each answer says what it freed itself', async () => {
    const { person, url } = await withAvatar();
    const { bytes } = await sizeOf(person);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => person.post(CLEAR)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(answers.reduce((sum, { data }) => sum + data.freedBytes, 0)).toBe(bytes);
    for (let time = 0; time < 2; time += 1) {
      await deleteObjects(person);
      await widthAt(`${url}?w=128`);
      expect((await person.post(CLEAR)).status).toBe(200);
    }
  });

  it('asks nobody about a size that never was', async () => {
    const person = await asViewer();
    const { data } = await person.post('user/avatar', form('avatar', picture(100, 100)));
    const prepare = vi.spyOn(env.DB, 'prepare');
    expect((await widthAt(`${data.avatarUrl}?w=128`)).status).toBe(200);
    expect(prepare.mock.calls.filter(([query]) => query.includes('media_variants'))).toEqual([]);
  });
});
