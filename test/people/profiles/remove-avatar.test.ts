/** DELETE /user/avatar: the picture goes, and its file with it, unless an appeal may bring it back. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { form, picture } from '#test/support/files';
import { asUser, asViewer, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { findKeyIn } from '@/domains/base/media/keys';
import { keepRemovedProfile, returnProfile } from '@/domains/base/users/removed-profile';
import { sweepOutbox } from '@/queues/outbox';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

const anyone = client();
const upload = async (person: Person) =>
  (await person.post('user/avatar', form('avatar', picture(200, 200)))).data.avatarUrl as string;
const keyOf = (url: string) => findKeyIn(testContext().config, url) ?? '';
const objectsOf = async (url: string) => (await env.MEDIA.list({ prefix: keyOf(url) })).objects.length;
const avatarOf = async ({ userId }: Person) => (await anyone.get(`users/${userId}`)).data.avatarUrl;

describe('removing an avatar', () => {
  it('takes it off every card and deletes its files', async () => {
    const person = await asViewer();
    const url = await upload(person);
    expect(await avatarOf(person)).toBe(url);
    expect(await person.delete('user/avatar')).toMatchObject({ status: 200, data: {} });
    expect(await avatarOf(person)).toBeNull();
    await sweepOutbox(testContext());
    expect(await objectsOf(url)).toBe(0);
    const row = env.DB.prepare('SELECT count(*) AS n FROM media_files WHERE owner_id = ?').bind(person.userId);
    expect(await row.first()).toEqual({ n: 0 });
  });

  it('is idempotent, also at once, and without one', async () => {
    const person = await asViewer();
    expect((await person.delete('user/avatar')).status).toBe(200);
    await upload(person);
    const answers = await Promise.all([1, 2, 3].map(() => person.delete('user/avatar')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await avatarOf(person)).toBeNull();
  });

  it('needs an account with a verified address', async () => {
    expect((await anyone.delete('user/avatar')).status).toBe(401);
    const unverified = await asUser({ verified: false });
    expect((await unverified.delete('user/avatar')).error.code).toBe('EMAIL_NOT_VERIFIED');
  });

  it('leaves one that staff removed, so that an appeal can bring it back', async () => {
    const person = await asViewer();
    const url = await upload(person);
    const decisionId = newId();
    const ctx = testContext();
    const removal = keepRemovedProfile(ctx, person.userId, decisionId, ctx.now() + DAY_MS);
    await commit(ctx, removal.statements, { events: removal.events });
    expect(await avatarOf(person)).toBeNull();
    expect((await person.delete('user/avatar')).status).toBe(200);
    const next = await upload(person);
    expect((await person.delete('user/avatar')).status).toBe(200);
    await sweepOutbox(testContext());
    expect(await objectsOf(next)).toBe(0);
    expect(await objectsOf(url)).toBeGreaterThan(0);
    const back = await returnProfile(ctx, person.userId, decisionId);
    await commit(ctx, back.statements, { events: back.events });
    expect(await avatarOf(person)).toBe(url);
  });
});
