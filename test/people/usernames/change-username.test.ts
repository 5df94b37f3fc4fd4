/** PUT /user/username: who may have which name, and where the former one leads. */
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { travel } from '#test/support/accounts';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { asPerformer, goAnonymous, stageNames } from '#test/support/performers';
import { aStream } from '#test/support/streams';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { clearFormerNames } from '@/domains/base/users/former-names';
import { newId } from '@/shared/ids';
import { DAY_MS, MINUTE_MS } from '@/shared/time';

const anyone = client();
const aName = () => `n_${newId().replaceAll('-', '').slice(-20)}`;
const rename = (person: Pick<Person, 'put'>, username: string) => person.put('user/username', { username });
const register = (username: string) =>
  anyone.post('auth/register', { email: `${aName()}@footlight.test`, password: 'a horse of another colour', username });

afterEach(() => vi.restoreAllMocks());

describe('a new username', () => {
  it('is shown at once, folded, and a display name that was the username follows', async () => {
    const person = await asViewer();
    const name = aName();
    const { status, data } = await rename(person, ` ${name.toUpperCase()} `);
    expect(status).toBe(200);
    expect(data).toMatchObject({ username: name, displayName: name.toUpperCase() });
    expect((await person.get('user/profile')).data.username).toBe(name);
    expect((await anyone.get(`users/${person.userId}`)).data.username).toBe(name);
  });

  it('leaves a display name that the user chose', async () => {
    const person = await asViewer();
    await person.put('user/profile', { displayName: 'Ada' });
    expect((await rename(person, aName())).data.displayName).toBe('Ada');
  });

  it.each(['ab', 'a'.repeat(31), 'two words', 'ädä', 'admin', '', 'user'])('cannot be "%s"', async (username) => {
    expect((await rename(await asViewer(), username)).status).toBe(422);
  });

  it('cannot be one that somebody has, in any case', async () => {
    const [person, other] = await Promise.all([asViewer(), asViewer()]);
    const taken = await rename(person, other.username.toUpperCase());
    expect(taken).toMatchObject({ status: 409, error: { code: 'USERNAME_TAKEN' } });
    expect((await person.get('user/profile')).data.username).toBe(person.username);
  });

  it('needs an account with a verified address', async () => {
    expect((await rename(anyone, aName())).status).toBe(401);
    const refused = await rename(await asUser({ verified: false }), aName());
    expect(refused).toMatchObject({ status: 403, error: { code: 'EMAIL_NOT_VERIFIED' } });
  });

  it('goes to one of two users who want it at once', async () => {
    const people = await Promise.all([asViewer(), asViewer()]);
    const name = aName();
    const statuses = (await Promise.all(people.map((person) => rename(person, name)))).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 409]);
  });

  it('that is the present one changes nothing and does not count', async () => {
    const person = await asViewer();
    for (const username of [person.username, person.username.toUpperCase(), person.username])
      expect((await rename(person, username)).status).toBe(200);
    expect((await rename(person, aName())).status).toBe(200);
  });

  it('is possible twice in 14 days, and the refusal says when it is again', async () => {
    const person = await asViewer();
    expect((await rename(person, aName())).status).toBe(200);
    expect((await rename(person, person.username)).status).toBe(200);
    const refused = await rename(person, aName());
    expect(refused).toMatchObject({ status: 429, error: { code: 'USERNAME_CHANGED_LATELY' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(13 * 24 * 3600);
    expect(refused.error.details).toMatchObject({ nextAt: expect.stringMatching(/Z$/) });
    travel(14 * DAY_MS + MINUTE_MS);
    const session = await testContext().db.run('UPDATE auth_sessions SET expires_at = expires_at + 9000000000');
    expect(session.success).toBe(true);
    const later = client({ authorization: `Bearer ${person.sessionToken}` });
    expect((await rename(later, aName())).status).toBe(200);
  });

  it('is set once by many requests at once', async () => {
    const person = await asViewer();
    const answers = await Promise.all(Array.from({ length: 5 }, () => rename(person, aName())));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(2);
    const { count } = (await env.DB.prepare('SELECT count(*) AS count FROM username_changes WHERE user_id = ?')
      .bind(person.userId)
      .first<{ count: number }>()) ?? { count: 0 };
    expect(count).toBe(answers.filter(({ status }) => status === 200).length);
  });
});

describe('a former username', () => {
  it('leads to the user for 30 days, wherever a username is taken', async () => {
    const creator = await asCreator();
    const streamId = await aStream(creator);
    await rename(creator, aName());
    const old = creator.username;
    const upper = old.toUpperCase();
    for (const path of [`users/${old}`, `users/${upper}`])
      expect((await anyone.get(path)).data).toMatchObject({ id: creator.userId });
    for (const path of [`stream/${old}`, `viewer/stream/${old}`, `stream/${upper}`])
      expect((await anyone.get(path)).data).toMatchObject({ id: streamId });
    const page = (await anyone.get(`social/creator/${old}`)).data;
    expect(page).toMatchObject({ user: { id: creator.userId }, stream: { id: streamId } });
    expect((await anyone.get(`users/${old}/sessions`)).data.items).toMatchObject([{ id: streamId }]);
    expect((await anyone.get(`users/${old}/products`)).status).toBe(200);
    const viewer = await asViewer();
    expect((await viewer.post(`stream/${old}/join`, {})).status).toBe(200);

    travel(30 * DAY_MS + MINUTE_MS);
    for (const path of ['users', 'stream', 'viewer/stream', 'social/creator'])
      expect((await anyone.get(`${path}/${old}`)).status, path).toBe(404);
  });

  it('cannot be taken by others for 30 days, whether by change, registration or as a stage handle', async () => {
    const [person, other, performer] = await Promise.all([asViewer(), asViewer(), asPerformer()]);
    await rename(person, aName());
    const { username } = person;
    const TAKEN = { status: 409, error: { code: 'USERNAME_TAKEN' } };
    expect(await rename(other, username)).toMatchObject(TAKEN);
    expect(await register(username)).toMatchObject(TAKEN);
    const handle = await performer.put('performer/profile', { stageName: 'A star', stageHandle: username });
    expect(handle).toMatchObject({ status: 409, error: { code: 'STAGE_HANDLE_TAKEN' } });
    travel(30 * DAY_MS + MINUTE_MS);
    expect((await register(username)).status).toBe(201);
    // Who has it now is found, and not who had it.
    expect((await anyone.get(`users/${username}`)).data.id).not.toBe(person.userId);
  });

  it('can be taken back by its user', async () => {
    const person = await asViewer();
    const name = aName();
    await rename(person, name);
    expect((await rename(person, person.username)).data.username).toBe(person.username);
    for (const known of [name, person.username])
      expect((await anyone.get(`users/${known}`)).data).toMatchObject({ id: person.userId, username: person.username });
  });

  it('leads staff to the user', async () => {
    const person = await asViewer();
    await rename(person, aName());
    const { data } = await (await asStaff('admin_l2')).get(`admin/users?q=${person.username}`);
    expect(data.items.map(({ id }: { id: string }) => id)).toEqual([person.userId]);
  });

  it('is in the export, and is forgotten when it no longer leads anywhere', async () => {
    const person = await asViewer();
    await rename(person, aName());
    const rows = () =>
      env.DB.prepare('SELECT former FROM username_changes WHERE user_id = ?').bind(person.userId).all();
    expect((await rows()).results).toEqual([{ former: person.username }]);
    await testContext().db.batch([clearFormerNames(testContext())]);
    expect((await rows()).results).toHaveLength(1);
    travel(30 * DAY_MS + MINUTE_MS);
    await testContext().db.batch([clearFormerNames(testContext())]);
    expect((await rows()).results).toEqual([]);
  });
});

describe('an anonymous performer', () => {
  it('is not found by any name of the account, and stays found by the stage handle', async () => {
    const performer = await asPerformer();
    await aStream(performer);
    await rename(performer, aName());
    const names = stageNames();
    await goAnonymous(performer, names);
    const name = aName();
    const changed = await rename(performer, name);
    expect(changed.data).toMatchObject({ username: name, stage: { username: names.stageHandle } });
    const own = [performer.username, name];
    for (const known of own)
      for (const path of ['users', 'stream', 'viewer/stream', 'social/creator'])
        expect((await anyone.get(`${path}/${known}`)).status, path).toBe(404);
    const shown = await anyone.get(`users/${names.stageHandle}`);
    expect(shown.data).toMatchObject({ id: performer.userId, username: names.stageHandle });
    // The old name stays the performer's alone.
    expect((await rename(await asViewer(), performer.username)).error.code).toBe('USERNAME_TAKEN');

    await performer.put('performer/privacy-settings', { anonymousMode: false });
    for (const known of own)
      expect((await anyone.get(`users/${known}`)).data).toMatchObject({ id: performer.userId, username: name });
  });

  it('cannot have one name on the stage and for the account', async () => {
    const performer = await asPerformer();
    const names = stageNames();
    await goAnonymous(performer, names);
    expect((await rename(performer, names.stageHandle)).error.code).toBe('USERNAME_TAKEN');
  });
});
