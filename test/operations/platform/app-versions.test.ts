/** The versions of the apps: what staff set, and what an app is answered. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { asStaff } from '#test/support/users';

const check = (platform: string, version: string) =>
  client().get(`settings/app/version?platform=${platform}&version=${encodeURIComponent(version)}`);

describe('GET /settings/app/version', () => {
  it('needs no update as long as no version is set', async () => {
    await env.DB.prepare('DELETE FROM app_versions').run();
    const { status, data } = await check('web', '0.0.1');
    expect(status).toBe(200);
    expect(data).toEqual({
      platform: 'web',
      latest: null,
      minimum: null,
      updateAvailable: false,
      updateRequired: false,
      notes: null,
      url: null,
    });
  });

  it('says whether an update is available or required', async () => {
    const admin = await asStaff('admin_l3');
    const set = { latest: '2.10.0', minimum: '2.0.0', notes: 'Faster', url: 'https://example.com/app' };
    expect((await admin.put('admin/app-versions/ios', set)).status).toBe(200);
    for (const [version, updateAvailable, updateRequired] of [
      ['2.10.0', false, false],
      ['3.0.0', false, false],
      ['2.9.9', true, false],
      ['v2', true, false],
      ['2.0.0-beta.1+5', true, true],
      ['1.99', true, true],
    ] as const)
      expect((await check('ios', version)).data).toEqual({ platform: 'ios', ...set, updateAvailable, updateRequired });
  });

  it.each([
    ['ios', 'garbage'],
    ['ios', ''],
    ['ios', '1.2.3.4'],
    ['windows', '1.2.3'],
  ])('rejects %s %j', async (platform, version) => {
    expect((await check(platform, version)).status).toBe(422);
  });
});

describe('PUT /admin/app-versions/:platform', () => {
  it('logs what changed, and nothing if it is repeated', async () => {
    const admin = await asStaff('admin_l3');
    const body = { latest: 'v1.1', minimum: '1.0.0' };
    const first = await admin.put('admin/app-versions/web', body);
    expect(first.data).toMatchObject({ platform: 'web', latest: '1.1.0', minimum: '1.0.0', notes: null, url: null });
    expect((await admin.put('admin/app-versions/web', body)).data).toEqual(first.data);
    const { results } = await env.DB.prepare('SELECT action, target_id FROM staff_log WHERE staff_id = ?')
      .bind(admin.userId)
      .all();
    expect(results).toEqual([{ action: 'app-version.set', target_id: 'web' }]);
  });

  it.each([
    [{ latest: '1.0.0', minimum: '1.0.1' }],
    [{ latest: '1.0.0-rc.1', minimum: '1.0.0' }],
    [{ latest: '1.0.0', minimum: '1.0.0', url: 'javascript:alert(1)' }],
    [{ latest: '1.0.0', minimum: '1.0.0', url: 'http://example.com' }],
    [{ latest: '1.0.0', minimum: '1.0.0', url: 'https://user:pw@example.com/' }],
    [{ latest: 'soon', minimum: '1.0.0' }],
    [{ latest: '1.0.0' }],
  ])('rejects %j', async (body) => {
    expect((await (await asStaff('admin_l3')).put('admin/app-versions/android', body)).status).toBe(422);
  });

  it('refuses one of two changes at once, or keeps both in order', async () => {
    const admins = await Promise.all([asStaff('admin_l3'), asStaff('owner')]);
    await admins[0]?.put('admin/app-versions/android', { latest: '1.0.0', minimum: '1.0.0' });
    const answers = await Promise.all(
      admins.map((admin, index) =>
        admin.put('admin/app-versions/android', { latest: `2.${index}.0`, minimum: '1.0.0' }),
      ),
    );
    const accepted = answers.filter(({ status }) => status === 200);
    expect(answers.filter(({ status }) => status === 409).map(({ error }) => error.code)).toEqual(
      Array(2 - accepted.length).fill('APP_VERSION_CHANGED'),
    );
    const { data } = await check('android', '1.0.0');
    expect(accepted.map((answer) => answer.data.latest)).toContain(data.latest);
  });
});
