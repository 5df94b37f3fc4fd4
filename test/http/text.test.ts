/** Text is folded once, at the border: line breaks are LF before anything is counted, and what nobody can see is empty. */
import { z } from '@hono/zod-openapi';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { giveCoins, once } from '#test/support/money';
import { aPost } from '#test/support/posts';
import { joinRoom, openRoom } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import { endpoints } from '@/app';

/** 1,999 characters, as a person counts them: a thousand lines of one letter. */
const lines = (lineBreak: string) => Array.from({ length: 1_000 }, () => 'a').join(lineBreak);
const LINKS = { successUrl: 'http://localhost:5173/a', cancelUrl: 'http://localhost:5173/b' };
const INVISIBLE = ['\u200b\u2060', '\u2800', '\u3164', '\u00ad\ufe0f', ' \r\n '];

function aForm(fields: Record<string, string>): { body: string; headers: Record<string, string> } {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return { body: `${parts.join('')}--edge--\r\n`, headers: { 'content-type': 'multipart/form-data; boundary=edge' } };
}

describe('line breaks', () => {
  it.each([
    ['CRLF', '\r\n'],
    ['CR', '\r'],
    ['NEL', '\u0085'],
    ['LS', '\u2028'],
    ['PS', '\u2029'],
  ])('of a form as %s are LF before the text is counted', async (_, lineBreak) => {
    const author = await asViewer();
    const { body, headers } = aForm({ text: lines(lineBreak) });
    const { status, data } = await author.post('content/posts', body, { headers });
    expect([status, data?.text.includes(lineBreak)]).toEqual([201, false]);
    expect(data.text).toMatch(/^a\na\n/);
  });

  it('count once each: 2,000 characters are a post, 2,001 are not', async () => {
    const author = await asViewer();
    const send = async (text: string) => {
      const { body, headers } = aForm({ text });
      return (await author.post('content/posts', body, { headers })).status;
    };
    expect(await send(`${'a\r\n'.repeat(999)}aa`)).toBe(201);
    expect(await send(`${'a\r\n'.repeat(1_000)}a`)).toBe(422);
  });

  it('of JSON bodies are LF in every domain', async () => {
    const [author, creator] = [await asViewer(), await asCreator()];
    const text = 'One\r\ntwo\rthree';
    const folded = 'One\ntwo\nthree';
    const postId = await aPost(author);
    expect((await author.post('content/comments', { postId, text })).data.text).toBe(folded);
    expect((await author.patch('viewer/profile', { bio: text })).data.bio).toBe(folded);
    expect((await creator.put('stream/info', { description: text })).data.description).toBe(folded);
    const streamId = await anOpenStream(creator);
    expect((await author.post(`sessions/${streamId}/chat`, { text })).data.text).toBe(folded);
  });

  it('of a chat message over a socket are LF, and count once', async () => {
    const { roomId } = await openRoom();
    const sender = await joinRoom(roomId);
    await sender.say(`${'a\r\n'.repeat(249)}ab`);
    expect((await sender.next('new-message')).text).toBe(`${'a\n'.repeat(249)}ab`);
  });

  it('do not make a repeated gift a different request', async () => {
    const [viewer, creator] = [await asViewer(), await asCreator()];
    await giveCoins(viewer.userId, 100);
    const key = once();
    const send = (message: string) =>
      viewer.post('payment/tip', { coins: 10, recipientId: creator.userId, message }, key);
    const first = await send('For the song\r\nthank you');
    const repeat = await send('For the song\nthank you');
    expect(first.data.message).toBe('For the song\nthank you');
    expect(repeat.data).toEqual(first.data);
    expect((await send('For the song, thank you')).error.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('stay as they are in a password', async () => {
    const anyone = client();
    const username = `u${crypto.randomUUID().replaceAll('-', '').slice(0, 20)}`;
    const email = `${username}@footlight.test`;
    const password = 'a first line\r\nand a second 7';
    expect((await anyone.post('auth/register', { email, username, password })).status).toBe(201);
    const signIn = async (typed: string) => (await anyone.post('auth/login', { email, password: typed })).status;
    expect(await signIn(password)).toBe(200);
    expect(await signIn(password.replace('\r\n', '\n'))).toBe(401);
  });
});

describe('a text in which nothing can be seen', () => {
  it.each(INVISIBLE)('(%j) is refused as empty wherever there must be one', async (text) => {
    const [author, creator, staff] = [await asViewer(), await asCreator(), await asStaff('owner')];
    const postId = await aPost(author);
    const streamId = await anOpenStream(creator);
    const form = aForm({ text });
    const answers = [
      await author.post('content/posts', form.body, { headers: form.headers }),
      await author.put(`content/posts/${postId}`, { text }),
      await author.post('content/comments', { postId, text }),
      await author.patch('viewer/profile', { displayName: text }),
      await creator.put('stream/info', { title: text }),
      await author.post(`sessions/${streamId}/chat`, { text }),
      await creator.put('stream/chat-settings', { blockedWords: [text] }),
      await staff.put(`admin/user/${author.userId}/country`, { country: null, reason: text }),
    ];
    for (const { status, error } of answers)
      expect([status, (error.details as { message: string }[])[0]?.message]).toEqual([422, 'must not be empty']);
  });

  it('is no chat message over a socket', async () => {
    const { roomId } = await openRoom();
    const sender = await joinRoom(roomId);
    for (const text of INVISIBLE) expect((await sender.say(text)).code).toBe('MESSAGE_INVALID');
  });

  it('is stored as empty where a text is optional', async () => {
    const viewer = await asViewer();
    expect((await viewer.patch('viewer/profile', { bio: '\u200b\u2060' })).data.bio).toBe('');
    expect((await viewer.patch('viewer/profile', { bio: '\u0000' })).status).toBe(422);
  });
});

/** What is compared and never shown, or held against a form of its own afterwards. */
const COMPARED =
  /^(id|\w*Id|\w*Ids|images|coHosts|username|cursor|code|otp|password|\w*Password|token|\w*Token|challenge|pass|since|\w*Url|thumbnail|etag|endpoint|action|targetType)$/;

it('every field of every request folds what people write, or is one that is only compared', () => {
  const raw = endpoints.flatMap(({ method, path, body, query }) =>
    [body, query].flatMap((schema) =>
      schema
        ? fieldsKeeping('One\r\ntwo', schema)
            .filter((name) => !COMPARED.test(name))
            .map((name) => `${method} ${path}: ${name}`)
        : [],
    ),
  );
  expect(raw).toEqual([]);
});

/**
 * What these fields do with a text that shows letters in another order than it has them: a rule of the domain reads
 * links, and a password is only compared.
 */
const READ_BY_THE_DOMAIN = /^(\w*Url|thumbnail|images|currentPassword|password)$/;

it('no field of a request takes a text whose letters are shown in another order', () => {
  const raw = endpoints.flatMap(({ method, path, body, query, upload }) =>
    [body, query, upload?.json].flatMap((schema) =>
      schema
        ? fieldsKeeping('a\u202eb', schema)
            .filter((name) => !READ_BY_THE_DOMAIN.test(name) && !/^ids?$|Ids?$|^coHosts$/.test(name))
            .map((name) => `${method} ${path}: ${name}`)
        : [],
    ),
  );
  expect(raw).toEqual([]);
});

it.each(['a\u0000b', '\ud800', '\u0007', '\u007f'])(
  'no body and no query takes %j, in whatever field it is',
  async (text) => {
    const [viewer, owner] = [await asViewer(), await asStaff('owner')];
    const message = 'must not hold control characters';
    const bodies: [Promise<{ status: number; error: { details?: unknown } }>, string][] = [
      [viewer.post('reports', { targetType: 'user', targetId: text, reason: 'spam' }), 'targetId'],
      [viewer.post('payment/purchase', { packageId: 'x', discountCode: text, ...LINKS }), 'discountCode'],
      [owner.post('owner/panel/discounts', { promotion: text, bonusPercent: 10 }), 'promotion'],
      [client().post('auth/login', { email: 'a@b.test', password: text }), 'password'],
      [viewer.put('user/profile', { links: [{ label: text, url: 'https://a.example' }] }), 'links.0.label'],
    ];
    for (const [answer, path] of bodies) {
      const { status, error } = await answer;
      expect([status, error.details]).toEqual([422, [{ path, message }]]);
    }
    if (text !== '\ud800') {
      const { status, error } = await viewer.get(`stream/live?cursor=${encodeURIComponent(text)}`);
      expect([status, error.details]).toEqual([422, [{ path: 'cursor', message }]]);
    }
  },
);

/** The names of the fields that take this text as it is. */
function fieldsKeeping(text: string, schema: z.ZodType, name = ''): string[] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, field]) => fieldsKeeping(text, field as z.ZodType, key));
  if (schema instanceof z.ZodArray) return fieldsKeeping(text, schema.element as z.ZodType, name);
  if (schema instanceof z.ZodRecord)
    return [schema.keyType, schema.valueType].flatMap((one) => fieldsKeeping(text, one as z.ZodType, name));
  if (schema instanceof z.ZodPipe && (schema.in instanceof z.ZodObject || schema.in instanceof z.ZodArray))
    return fieldsKeeping(text, schema.in as z.ZodType, name);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((one) => fieldsKeeping(text, one as z.ZodType, name));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return fieldsKeeping(text, schema.unwrap() as z.ZodType, name);
  const { success, data } = schema.safeParse(text);
  return success && data === text ? [name] : [];
}
