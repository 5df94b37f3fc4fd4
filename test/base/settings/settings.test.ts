import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { plansOf } from '#test/support/plans';
import { asViewer } from '#test/support/users';
import { GROUP_RULES, NOTIFICATION_GROUPS } from '@/contracts/notification-kinds';
import { readSettings } from '@/domains/base/settings/read';
import { newId } from '@/shared/ids';

const DEFAULT_CHANNELS = Object.fromEntries(NOTIFICATION_GROUPS.map((group) => [group, GROUP_RULES[group].channels]));
const DEFAULTS = {
  language: 'en',
  notifications: DEFAULT_CHANNELS,
  privacy: { messagesFrom: 'everyone', showActivity: true },
  autoplay: true,
  matureContent: false,
};

const rowsOf = async (userId: string) =>
  (await env.DB.prepare('SELECT * FROM user_settings WHERE user_id = ?').bind(userId).all()).results;

describe('my settings', () => {
  it('are the defaults, and have no row, until something is chosen', async () => {
    const viewer = await asViewer();
    expect(await viewer.get('user/settings')).toMatchObject({ status: 200, data: DEFAULTS });
    for (const nothing of [{}, { privacy: {} }, { notifications: {} }, { notifications: { live: {} } }])
      expect((await viewer.put('user/settings', nothing)).data).toEqual(DEFAULTS);
    expect(await rowsOf(viewer.userId)).toEqual([]);
  });

  it('in the table default to what they are without a row', async () => {
    const viewer = await asViewer();
    await env.DB.prepare('INSERT INTO user_settings (user_id, updated_at) VALUES (?, 0)').bind(viewer.userId).run();
    expect((await viewer.get('user/settings')).data).toEqual(DEFAULTS);
  });

  it('have a choice for every group of notifications and every channel', async () => {
    const { notifications } = (await (await asViewer()).get('user/settings')).data;
    expect(Object.keys(notifications)).toEqual([...NOTIFICATION_GROUPS]);
    for (const channels of Object.values(notifications))
      expect(channels).toEqual({
        inApp: expect.any(Boolean),
        email: expect.any(Boolean),
        push: expect.any(Boolean),
      });
  });

  it('need a token', async () => {
    expect((await client().get('user/settings')).status).toBe(401);
    expect((await client().put('user/settings', { autoplay: false })).status).toBe(401);
  });
});

describe('a change of settings', () => {
  it('changes what is sent, down to one channel of one kind, and stays', async () => {
    const viewer = await asViewer();
    const put = (body: unknown) => viewer.put('user/settings', body);
    await put({ notifications: { like: { push: true } }, privacy: { messagesFrom: 'followed' } });
    await put({ notifications: { like: { inApp: false }, live: { push: false } }, autoplay: false });
    await put({ privacy: { showActivity: false }, matureContent: true, language: 'pt-br' });
    const expected = {
      language: 'pt-BR',
      notifications: {
        ...DEFAULT_CHANNELS,
        like: { ...DEFAULT_CHANNELS.like, push: true, inApp: false },
        live: { ...DEFAULT_CHANNELS.live, push: false },
      },
      privacy: { messagesFrom: 'followed', showActivity: false },
      autoplay: false,
      matureContent: true,
    };
    expect((await viewer.get('user/settings')).data).toEqual(expected);
    expect(await rowsOf(viewer.userId)).toHaveLength(1);
    const [kept] = await rowsOf(viewer.userId);
    expect(JSON.parse(String(kept?.notifications))).toEqual({
      like: { push: true, inApp: false },
      live: { push: false },
    });
  });

  it('at the same time as others loses none of them', async () => {
    const viewer = await asViewer();
    const answers = await Promise.all([
      ...NOTIFICATION_GROUPS.map((group) =>
        viewer.put('user/settings', { notifications: { [group]: { email: true } } }),
      ),
      viewer.put('user/settings', { notifications: { live: { push: false } } }),
      viewer.put('user/settings', { autoplay: false }),
      viewer.put('user/settings', { privacy: { messagesFrom: 'nobody' } }),
      viewer.put('user/settings', { language: 'fr' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const { data } = await viewer.get('user/settings');
    expect(data).toMatchObject({ autoplay: false, language: 'fr', privacy: { messagesFrom: 'nobody' } });
    for (const group of NOTIFICATION_GROUPS) expect(data.notifications[group].email).toBe(true);
    expect(data.notifications.live.push).toBe(false);
  });

  it.each([
    [{ theme: 'dark' }, 'theme'],
    [{ notifications: { poke: { push: true } } }, 'notifications.poke'],
    [{ notifications: { live: { sms: true } } }, 'notifications.live.sms'],
    [{ notifications: { live: { push: 'yes' } } }, 'notifications.live.push'],
    [{ notifications: { live: { push: null } } }, 'notifications.live.push'],
    [{ notifications: { live: null } }, 'notifications.live'],
    [{ notifications: [] }, 'notifications'],
    [{ privacy: { messagesFrom: 'friends' } }, 'privacy.messagesFrom'],
    [{ privacy: { showActivity: 1 } }, 'privacy.showActivity'],
    [{ privacy: { other: true } }, 'privacy.other'],
    [{ autoplay: null }, 'autoplay'],
    [{ matureContent: 'true' }, 'matureContent'],
    [{ language: '' }, 'language'],
    [{ language: 'english please' }, 'language'],
    [{ language: 'e' }, 'language'],
    [{ language: `en-${'x'.repeat(40)}` }, 'language'],
    [{ language: null }, 'language'],
  ])('to %j is refused, and changes nothing', async (body, path) => {
    const viewer = await asViewer();
    const refused = await viewer.put('user/settings', { ...body, ...('autoplay' in body ? {} : { autoplay: false }) });
    expect(refused).toMatchObject({ status: 422, error: { code: 'VALIDATION_FAILED', details: [{ path }] } });
    expect(await rowsOf(viewer.userId)).toEqual([]);
  });

  it.each(['en', 'de-CH', 'zh-Hant-TW', 'es-419', 'sr-Latn'])('takes the language %s', async (language) => {
    expect((await (await asViewer()).put('user/settings', { language })).data.language).toBe(language);
  });
});

describe('settings of many', () => {
  it('are read in one statement by their index, the defaults where nothing was chosen', async () => {
    const [one, other] = await Promise.all([asViewer(), asViewer()]);
    await one.put('user/settings', { notifications: { gift: { email: true, push: false } } });
    const unknown = newId();
    const settings = await readSettings(testContext(), [one.userId, other.userId, unknown]);
    expect(settings.get(one.userId)?.notifications.gift).toEqual({ inApp: true, email: true, push: false });
    expect(settings.get(other.userId)).toEqual(DEFAULTS);
    expect(settings.get(unknown)).toEqual(DEFAULTS);

    const plans = await plansOf((ctx) => readSettings(ctx, [one.userId, other.userId]));
    expect(plans).toHaveLength(1);
    expect(plans[0]).toContain('SEARCH user_settings USING PRIMARY KEY (user_id=?)');
  });
});
