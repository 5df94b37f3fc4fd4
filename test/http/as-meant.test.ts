/** Ids, links and codes as people and programs write them: whatever means the same is the same. */

import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { giveCoins, once } from '#test/support/money';
import { aCode, aPackage, buy } from '#test/support/purchases';
import { aUserRoom } from '#test/support/screenings';
import { aRoom } from '#test/support/user-rooms';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import { readFrame } from '@/contracts/room-wire';
import { users } from '@/domains/base/users/tables';
import { foldIds } from '@/http/fold-ids';

describe('an id in capitals', () => {
  const CAPITALS = '019A0B0C-0000-7ABC-8DEF-0123456789AB';
  const id = CAPITALS.toLowerCase();

  it('is the same id at any depth, also in a field that is an id by another name', () => {
    const sent = { lines: [{ lineId: CAPITALS }], coHosts: [CAPITALS], replyTo: CAPITALS, text: CAPITALS };
    expect(foldIds(sent)).toEqual({ lines: [{ lineId: id }], coHosts: [id], replyTo: id, text: CAPITALS });
  });

  it('is the same id in a list of a body', async () => {
    const [host, friend] = [await asViewer(), await asViewer()];
    const { id: roomId } = await aRoom(host);
    const changed = await host.put(`rooms/${roomId.toUpperCase()}`, { coHosts: [friend.userId.toUpperCase()] });
    expect([changed.status, JSON.stringify(changed.data).includes(friend.userId)]).toEqual([200, true]);
  });

  it('is the same id in a frame, whose own id comes back as it was', () => {
    const sync = { type: 'cinema-sync', id: CAPITALS, positionMs: 1, isPlaying: true, screeningId: CAPITALS };
    expect(readFrame(JSON.stringify(sync))).toMatchObject({ id: CAPITALS, screeningId: id });
    expect(readFrame(JSON.stringify({ type: 'product-click', productId: CAPITALS }))).toMatchObject({ productId: id });
  });

  it('makes a repeated gift no other request', async () => {
    const [viewer, creator] = [await asViewer(), await asCreator()];
    await giveCoins(viewer.userId, 100);
    const key = once();
    const send = (recipientId: string) => viewer.post('payment/tip', { coins: 10, recipientId }, key);
    const first = await send(creator.userId.toUpperCase());
    expect((await send(creator.userId)).data).toEqual(first.data);
  });
});

describe('a link', () => {
  const SHOWN: [string, string][] = [
    ['HTTPS://Example.COM', 'https://example.com/'],
    ['https://example.com/exe.\u202egpj', 'https://example.com/exe.%E2%80%AEgpj'],
    ['https://раураl.example.com/', 'https://xn--l-7sba6dbr.example.com/'],
    ['https://example.com:443/a/../b', 'https://example.com/b'],
    ['https://exa\u200bmple.com/', 'https://example.com/'],
  ];

  it.each(SHOWN)('of a profile is stored as URLs are written: %j', async (typed, href) => {
    const viewer = await asViewer();
    const links = [{ label: 'x', url: typed }];
    expect((await viewer.put('user/profile', { links })).data.links).toEqual([{ label: 'x', url: href }]);
    expect((await client().get(`users/${viewer.userId}`)).data.links).toEqual([{ label: 'x', url: href }]);
  });

  it('of many letters that URLs escape can be sent back as it was answered', async () => {
    const viewer = await asViewer();
    const send = async (letters: number) =>
      viewer.put('user/profile', { links: [{ label: 'x', url: `https://example.com/${'я'.repeat(letters)}` }] });
    const { data } = await send(300);
    expect((await viewer.put('user/profile', { links: data.links })).status).toBe(200);
    expect((await send(400)).status).toBe(422);
  });

  it('that was stored before is shown as URLs are written', async () => {
    const creator = await asCreator();
    const links = [{ label: 'x', url: 'https://раураl.example.com' }];
    await testContext().db.update(users).set({ links }).where(eq(users.id, creator.userId));
    const shown = [{ label: 'x', url: 'https://xn--l-7sba6dbr.example.com/' }];
    expect((await client().get(`users/${creator.userId}`)).data.links).toEqual(shown);
    expect((await client().get(`social/creator/${creator.username}`)).data.links).toEqual(shown);
    expect((await creator.get('auth/me')).data.user?.links ?? shown).toEqual(shown);
  });

  it('to an app update, to return to and to a film is written so too', async () => {
    const [owner, host, buyer] = [await asStaff('owner'), await asViewer(), await asViewer()];
    const version = { latest: '1.2.3', minimum: '1.0.0', url: 'HTTPS://Example.com/\u202ea' };
    const set = await owner.put('admin/app-versions/android', version);
    expect(set.data.url).toBe('https://example.com/%E2%80%AEa');
    const links = { successUrl: 'HTTP://LOCALHOST:5173/done/../paid', cancelUrl: 'http://localhost:5173' };
    const { id: packageId } = await aPackage();
    const bought = await buyer.post('payment/purchase', { packageId, ...links }, once());
    expect(bought.status).toBe(201);
    const film = { videoUrl: 'https://Films.example/\u202e.mp4', title: 'A film' };
    const room = await host.post(`cinema/rooms/${await aUserRoom(host)}/start`, film);
    expect([room.status, JSON.stringify(room.data).includes('https://films.example/%E2%80%AE.mp4')]).toEqual([
      200,
      true,
    ]);
  });

  it.each(['https://exa\u202emple.com/', 'https://exam ple.com/', 'https://example.com\\@a.example/', 'https://'])(
    'that URL cannot read, or that misleads, is refused: %j',
    async (url) => {
      const viewer = await asViewer();
      expect((await viewer.put('user/profile', { links: [{ label: 'x', url }] })).status).toBe(422);
    },
  );

  it.each([`https://example.com/${'ж'.repeat(300)}`, `https://${'ж'.repeat(40)}.example.com/ü`])(
    'of a profile can be sent back as it came: %j',
    async (url) => {
      const viewer = await asViewer();
      const { status, data } = await viewer.put('user/profile', { links: [{ label: 'x', url }] });
      expect(status).toBe(200);
      const again = await viewer.put('user/profile', { links: data.links });
      expect([again.status, again.data.links]).toEqual([200, data.links]);
    },
  );

  it('is too long where it is so as a URL', async () => {
    const viewer = await asViewer();
    const url = `https://example.com/${'ж'.repeat(400)}`;
    const { status, error } = await viewer.put('user/profile', { links: [{ label: 'x', url }] });
    expect([status, error.details]).toEqual([
      422,
      [{ path: 'links.0.url', message: 'must have at most 2000 characters as a URL' }],
    ]);
  });

  it('to a picture of the platform is the same however its host is written', async () => {
    const creator = await asCreator();
    const thumbnail = 'HTTP://LOCALHOST:8787/media/thumbnail/none.webp';
    const { error } = await creator.put('stream/info', { thumbnail });
    expect(error.details).toEqual([{ path: 'thumbnail', message: 'must be an image that was uploaded here' }]);
  });
});

describe('a discount code', () => {
  const spellings = (code: string) => [
    code.replaceAll('-', ''),
    code.replaceAll('-', ' '),
    code.toLowerCase().replaceAll('-', ' \u2013 '),
    [...code.replaceAll('-', '')].map((letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)).join(''),
  ];

  it('is the same without its hyphens and with blanks, where it is checked and where it is used', async () => {
    const { id: packageId } = await aPackage();
    const { code } = await aCode({ code: `SUMMER-${crypto.randomUUID().slice(0, 4).toUpperCase()}-10` });
    for (const typed of spellings(code)) {
      const buyer = await asViewer();
      const checked = await buyer.post('discount/validate', { code: typed, packageId });
      expect(checked.data, typed).toMatchObject({ valid: true, code });
      const bought = await buy(buyer, { packageId, discountCode: typed });
      expect([bought.status, bought.data?.discountCode], typed).toEqual([201, code]);
    }
    const owner = await asStaff('owner');
    const [typed = ''] = spellings(code);
    const listed = await owner.get(`owner/panel/discounts?code=${typed}`);
    expect(listed.data.items).toMatchObject([{ code }]);
    const again = await owner.post('owner/panel/discounts', { code: typed, bonusPercent: 10 });
    expect([again.status, again.error.code]).toEqual([409, 'DISCOUNT_CODE_EXISTS']);
  });

  it('of two old ones that differ in their hyphens is the one that was typed', async () => {
    const letters = crypto.randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase();
    const { id: packageId } = await aPackage();
    await aCode({ code: letters, bonusPercent: 10 });
    await aCode({ code: `${letters.slice(0, 5)}-${letters.slice(5)}`, bonusPercent: 20 });
    const bonus = async (code: string) =>
      (await (await asViewer()).post('discount/validate', { code, packageId })).data.bonusCoins;
    expect(await bonus(`${letters.slice(0, 5)}-${letters.slice(5)}`)).toBe(2 * (await bonus(letters)));
  });
});

it('a code of digits is taken in Arabic and full-width digits, with hyphens and blanks', async () => {
  const owner = await asStaff('owner');
  const answers = ['١٢٣ ٤٥٦', '１２３-４５６', '123\u2011456', ' 1 2 3 4 5 6 '].map((code) =>
    owner.post('auth/2fa/verify', { code }),
  );
  for (const { status } of await Promise.all(answers)) expect(status).not.toBe(422);
});
