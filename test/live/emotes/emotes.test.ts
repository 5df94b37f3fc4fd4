/** The emotes of a creator over HTTP: added, listed, drawn, removed; their number and names are rules of the database. */
import { env, exports } from 'cloudflare:workers';
import { eq, inArray } from 'drizzle-orm';
import { imageSize } from 'image-size';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { form, gif, jpeg, padded, picture, svg } from '#test/support/files';
import { apng, heic } from '#test/support/odd-files';
import { asCreator, asUser, type Person } from '#test/support/users';
import { findKeyIn } from '@/domains/base/media/keys';
import { users } from '@/domains/base/users/tables';
import { clearRemovedEmotes, REMOVED_FOR_MS } from '@/domains/live/emotes/forget';
import { emotes } from '@/domains/live/emotes/tables';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import { blockUser } from '@/domains/people/social/block';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';

const { config, db } = testContext();
const guest = client();

const add = (
  person: Pick<Person, 'post'>,
  name: string,
  bytes = picture(112, 112),
  more: Record<string, string> = {},
) => person.post('stream/emotes', form('file', bytes, { name, ...more }));
const namesOf = async ({ userId }: Pick<Person, 'userId'>) =>
  (await guest.get(`stream/emotes/${userId}`)).data.items.map(({ name }: { name: string }) => name);
const read = async (url: string) => new Uint8Array(await (await exports.default.fetch(url)).arrayBuffer());

/** Without drawing any, which would take long. */
async function withEmotes(creatorId: string, count: number): Promise<void> {
  await env.DB.batch(
    Array.from({ length: count }, (_, index) => {
      const key = `emote/${newId()}-${index}`;
      return [
        env.DB.prepare("INSERT INTO media_files VALUES (?, ?, 'emote', 'image/webp', 1, 0, 1, NULL, NULL, NULL)").bind(
          key,
          creatorId,
        ),
        env.DB.prepare('INSERT INTO emotes VALUES (?, ?, ?, ?, 0, 1, NULL)').bind(
          newId(),
          creatorId,
          `emote${index}`,
          key,
        ),
      ];
    }).flat(),
  );
}

describe('adding an emote', () => {
  it('answers it, and everyone can list it with its three sizes', async () => {
    const creator = await asCreator();
    const { status, data } = await add(creator, 'PogFish');
    expect(status).toBe(201);
    expect(data).toMatchObject({ name: 'PogFish', subscribersOnly: false, urls: { 112: data.url } });
    expect((await guest.get(`stream/emotes/${creator.userId}`)).data).toEqual({ items: [data] });
    for (const side of [28, 56, 112])
      expect(imageSize(await read(data.urls[side]))).toMatchObject({ width: side, height: side, type: 'webp' });
  });

  it.each([
    ['a wide picture', picture(300, 100)],
    ['a high picture', picture(50, 400)],
    ['a small GIF', gif()],
    ['an animated PNG', apng()],
  ])('draws %s as squares', async (_, bytes) => {
    const { data } = await add(await asCreator(), 'fish', bytes);
    for (const side of [28, 56, 112])
      expect(imageSize(await read(data.urls[side]))).toMatchObject({ width: side, height: side });
  });

  it('can be for subscribers alone', async () => {
    const creator = await asCreator();
    expect((await add(creator, 'subs', picture(5, 5), { subscribersOnly: 'true' })).data.subscribersOnly).toBe(true);
    expect((await add(creator, 'all', picture(5, 5), { subscribersOnly: 'false' })).data.subscribersOnly).toBe(false);
    expect(await namesOf(creator)).toEqual(['subs', 'all']);
  });

  it('keeps the case of names, which are unique in one channel', async () => {
    const [creator, other] = [await asCreator(), await asCreator()];
    for (const name of ['fish', 'Fish', 'FISH']) expect((await add(creator, name)).status).toBe(201);
    const again = await add(creator, 'Fish');
    expect([again.status, again.error.code]).toEqual([409, 'EMOTE_NAME_TAKEN']);
    expect((await add(other, 'Fish')).status).toBe(201);
    expect(await namesOf(creator)).toEqual(['fish', 'Fish', 'FISH']);
  });

  it.each(['', 'ab', 'a'.repeat(26), 'two words', 'co:lon', 'smörgås', 'fish_1', 'fish-1', '魚魚魚'])(
    'refuses the name "%s"',
    async (name) => {
      const refused = await add(await asCreator(), name);
      expect([refused.status, refused.error.code]).toEqual([422, 'VALIDATION_FAILED']);
    },
  );

  it.each([
    ['a JPEG', jpeg(), 415],
    ['HEIC', heic(), 415],
    ['SVG', svg(), 415],
    ['an empty file', new Uint8Array(), 422],
    ['more than a megabyte', padded(picture(5, 5), 1_048_577), 413],
    ['more than 12,000 pixels a side', picture(12_001, 1, 1), 413],
  ])('refuses %s', async (_, bytes, status) => {
    const creator = await asCreator();
    expect((await add(creator, 'fish', bytes)).status).toBe(status);
    expect(await namesOf(creator)).toEqual([]);
  });

  it.each([
    ['without a file', {}, 422],
    ['with another field', { name: 'fish', size: '28' }, 422],
    ['with a choice that is none', { name: 'fish', subscribersOnly: 'yes' }, 422],
  ])('refuses a form %s', async (_, fields, status) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    if ('name' in fields) body.set('file', new File([picture(5, 5) as Uint8Array<ArrayBuffer>], 'fish.png'));
    expect((await (await asCreator()).post('stream/emotes', body)).status).toBe(status);
  });

  it('is for creators alone', async () => {
    expect((await add(guest, 'fish')).status).toBe(401);
    expect((await add(await asUser(), 'fish')).status).toBe(403);
    expect((await add(await asUser({ role: 'creator', creatorStatus: 'PENDING' }), 'fish')).status).toBe(403);
  });

  it('ends at 50, however many come at once', async () => {
    const creator = await asCreator();
    await withEmotes(creator.userId, 47);
    const answers = await Promise.all(Array.from({ length: 6 }, (_, index) => add(creator, `race${index}`)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    for (const { status, error } of answers)
      if (status !== 201) expect([status, error.code]).toEqual([409, 'TOO_MANY_EMOTES']);
    expect(await namesOf(creator)).toHaveLength(50);
  });

  it('with one name is done once, however often it is sent at once', async () => {
    const creator = await asCreator();
    const answers = await Promise.all([1, 2, 3].map(() => add(creator, 'fish')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    expect(await namesOf(creator)).toEqual(['fish']);
  });

  it('asks the Images binding to keep an animation', async () => {
    const asked: unknown[] = [];
    const images = {
      input: (...given: Parameters<ImagesBinding['input']>) => ({
        transform: (transform: ImageTransform) => ({
          output(options: ImageOutputOptions) {
            asked.push({ ...transform, anim: options.anim });
            return env.IMAGES.input(...given)
              .transform(transform)
              .output(options);
          },
        }),
      }),
    };
    const creator = await asCreator();
    expect((await add(clientWith({ IMAGES: images }, creator.headers) as Person, 'fish', gif())).status).toBe(201);
    const square = (side: number) => ({
      width: side,
      height: side,
      fit: 'pad',
      background: 'rgba(0,0,0,0)',
      anim: true,
    });
    expect(asked).toEqual([square(112), square(28), square(56)]);
  });
});

describe('removing an emote', () => {
  it('frees its name and its place, and leaves its file to the messages that show it', async () => {
    const creator = await asCreator();
    await withEmotes(creator.userId, 49);
    const { data } = await add(creator, 'fish');
    expect((await creator.delete(`stream/emotes/${data.id.toUpperCase()}`)).status).toBe(200);
    expect(await namesOf(creator)).not.toContain('fish');
    expect((await exports.default.fetch(data.urls[28])).status).toBe(200);
    expect((await add(creator, 'fish')).status).toBe(201);
  });

  it('is for its creator alone, and done once', async () => {
    const [creator, other, viewer] = [await asCreator(), await asCreator(), await asUser()];
    const { data } = await add(creator, 'fish');
    expect((await guest.delete(`stream/emotes/${data.id}`)).status).toBe(401);
    expect((await viewer.delete(`stream/emotes/${data.id}`)).status).toBe(403);
    for (const [person, id] of [
      [other, data.id],
      [creator, newId()],
    ] as const) {
      const refused = await person.delete(`stream/emotes/${id}`);
      expect([refused.status, refused.error.code]).toEqual([404, 'EMOTE_NOT_FOUND']);
    }
    expect((await creator.delete('stream/emotes/fish')).status).toBe(422);
    const answers = await Promise.all([1, 2].map(() => creator.delete(`stream/emotes/${data.id}`)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404]);
  });

  it('deletes its file after 60 days', async () => {
    const creator = await asCreator();
    const { data } = await add(creator, 'fish');
    const kept = (await add(creator, 'kept')).data;
    const key = findKeyIn(config, data.url) ?? '';
    await creator.delete(`stream/emotes/${data.id}`);
    const later = (ms: number) => {
      const ctx = testContext();
      return { ...ctx, now: () => Date.now() + ms, settle: ctx.settle };
    };
    await clearRemovedEmotes(later(REMOVED_FOR_MS - MINUTE_MS));
    expect(await db.select().from(emotes).where(eq(emotes.creatorId, creator.userId))).toHaveLength(2);
    const ctx = later(REMOVED_FOR_MS + MINUTE_MS);
    await clearRemovedEmotes(ctx);
    await ctx.settle();
    const rows = await db.select({ id: emotes.id }).from(emotes).where(eq(emotes.creatorId, creator.userId));
    expect(rows).toEqual([{ id: kept.id }]);
    for (const name of [key, `${key}-28`, `${key}-56`]) expect(await env.MEDIA.head(name)).toBeNull();
  });
});

describe("a creator's emotes", () => {
  it('are in the export of their account, and gone with it', async () => {
    const [creator, other] = [await asCreator(), await asCreator()];
    const { data } = await add(creator, 'fish');
    const removed = (await add(creator, 'gone')).data;
    await creator.delete(`stream/emotes/${removed.id}`);
    const kept = (await add(other, 'fish')).data;
    const exported = await creator.get('user/export');
    expect(exported.body.data.emotes.map(({ name }: { name: string }) => name)).toEqual(['fish', 'gone']);
    await db.update(users).set({ deletesAt: 1 }).where(eq(users.id, creator.userId));
    const ctx = testContext();
    while (await eraseAccounts(ctx)) await ctx.settle();
    await ctx.settle();
    const rows = await db
      .select({ id: emotes.id })
      .from(emotes)
      .where(inArray(emotes.creatorId, [creator.userId, other.userId]));
    expect(rows).toEqual([{ id: kept.id }]);
    expect(await env.MEDIA.head(findKeyIn(config, data.url) ?? '')).toBeNull();
  });

  it('are hidden with the creator', async () => {
    const [creator, blocked, staff] = [await asCreator(), await asUser(), await asUser({ rank: 'admin_l3' })];
    await add(creator, 'fish');
    await blockUser(testContext(), creator.userId, blocked.userId);
    const path = `stream/emotes/${creator.userId}`;
    const refused = await blocked.get(path);
    expect([refused.status, refused.error.code]).toEqual([404, 'CREATOR_NOT_FOUND']);
    expect((await staff.get(path)).status).toBe(200);
    expect((await guest.get(path)).status).toBe(200);
    await db.update(users).set({ status: 'banned', bannedAt: 1 }).where(eq(users.id, creator.userId));
    expect((await guest.get(path)).status).toBe(404);
  });

  it('are those of creators', async () => {
    for (const id of [(await asUser()).userId, newId(), 'nobody'])
      expect((await guest.get(`stream/emotes/${id}`)).status).toBe(404);
    expect((await guest.get(`stream/emotes/${(await asCreator()).userId}`)).data).toEqual({ items: [] });
  });
});
