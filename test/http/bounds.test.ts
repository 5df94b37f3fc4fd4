/** What a stranger sends is bounded before it is judged, and the answer never grows with it. */
import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { mp4, png } from '#test/support/files';
import { joinRoom, openRoom } from '#test/support/rooms';
import { asCreator, asStaff, asViewer } from '#test/support/users';

const MEGABYTE = 1_048_576;
const anyone = client();
const sizeOf = (body: unknown) => JSON.stringify(body).length;

describe('an answer to a bad request', () => {
  it('names the first nineteen faults and how many more there are', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`field${index}`, 1]));
    const { status, error } = await anyone.post('auth/login', { email: 'a@b.test', password: 'x', ...many });
    expect(status).toBe(422);
    expect(error.details).toHaveLength(20);
    expect((error.details as unknown[])[18]).toEqual({ path: 'field18', message: 'is not known here' });
    expect((error.details as unknown[])[19]).toEqual({ path: '', message: 'and 981 more' });
  });

  it('names all of them if there are no more than twenty', async () => {
    const twenty = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`field${index}`, 1]));
    const { error } = await anyone.post('auth/login', { email: 'a@b.test', password: 'x', ...twenty });
    expect((error.details as unknown[]).at(-1)).toEqual({ path: 'field19', message: 'is not known here' });
  });

  it('quotes at most a hundred characters of a name, and never half of a character', async () => {
    const { body } = await anyone.post('auth/login', { ['🎧'.repeat(30_000)]: 1 });
    expect(body.error.details.at(-1)).toEqual({ path: `${'🎧'.repeat(49)}…`, message: 'is not known here' });
  });

  it.each<[string, () => Promise<{ status: number; body: unknown }>]>([
    [
      'a list of 100,000',
      async () => (await asCreator()).put('stream/chat-settings', { blockedWords: Array(100_000).fill(1) }),
    ],
    [
      'an object of 20,000 fields',
      () => anyone.post('auth/login', Object.fromEntries(Array.from({ length: 20_000 }, (_, key) => [key, 1]))),
    ],
    [
      'lists within lists',
      () =>
        anyone.post('auth/login', `{"email":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, {
          headers: { 'content-type': 'application/json' },
        }),
    ],
  ])('to %s is short', async (_, send) => {
    const { status, body } = await send();
    expect([status, (body as { error: { code: string } }).error.code]).toEqual([413, 'BODY_TOO_LARGE']);
    expect(sizeOf(body)).toBeLessThan(1_000);
  });

  it("is as short if an endpoint's own rule finds the faults", async () => {
    const owner = await asStaff('owner');
    const target = (id: string) => ({
      id,
      tier: 1,
      metric: 'gifts',
      threshold: 1,
      period: 'ever',
      reward: { diamonds: 1 },
    });
    const { status, error } = await owner.put('owner/panel/economy/targets', {
      targets: Array(50).fill(target('same')),
    });
    expect([status, (error.details as unknown[]).length]).toEqual([422, 20]);
  });

  it('is as short in a room', async () => {
    const { roomId } = await openRoom();
    const sender = await joinRoom(roomId);
    sender.send({ type: 'ping', ['x'.repeat(3_000)]: 1 });
    expect((await sender.next('error')).message.length).toBeLessThanOrEqual(300);
  });

  it.each(['__proto__', 'constructor', 'toString'])('names %s like any other unknown field', async (name) => {
    const headers = { 'content-type': 'application/json' };
    const { status, error } = await anyone.post('auth/login', `{"email":"a@b.test","password":"x","${name}":{}}`, {
      headers,
    });
    expect([status, error.details]).toEqual([422, [{ path: name, message: 'is not known here' }]]);
  });
});

describe('a query', () => {
  it('has at most a hundred parameters', async () => {
    const query = (count: number) => Array.from({ length: count }, (_, index) => `p${index}=1`).join('&');
    const { status, error } = await anyone.get(`stream/live?${query(10_000)}`);
    expect([status, error.details]).toEqual([422, [{ path: '', message: 'there are at most 100 parameters' }]]);
    expect((await anyone.get(`stream/live?${query(100)}`)).error.details).toHaveLength(20);
    expect((await anyone.get('stream/live?__proto__=1')).status).toBe(422);
  });
});

const DELIMITER = '--edge\r\n';
const field = (name: string, value: string) =>
  `${DELIMITER}Content-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const HELLO = field('text', 'Hello');
const CLOSE = '--edge--\r\n';
const fill = (piece: string, bytes = 5 * MEGABYTE) => piece.repeat(Math.ceil(bytes / piece.length));

async function send(body: string, boundary = 'edge') {
  const author = await asViewer();
  return author.post('content/posts', body, {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  });
}

describe('a form of five megabytes', () => {
  const PARTS = [422, 'VALIDATION_FAILED'];
  const BYTES = [413, 'BODY_TOO_LARGE'];

  it.each<[string, string, (string | number)[]]>([
    ['empty parts', HELLO + fill(DELIMITER) + CLOSE, PARTS],
    ['parts without a header', HELLO + fill(`${DELIMITER}\r\n\r\n`) + CLOSE, PARTS],
    ['parts that say nothing of themselves', HELLO + fill(`${DELIMITER}X: y\r\n\r\n\r\n`) + CLOSE, PARTS],
    ['fields of one name', HELLO + fill(field('mediaUploadIds', '')) + CLOSE, PARTS],
    [
      'file inputs left empty',
      HELLO + fill(`${DELIMITER}Content-Disposition: form-data; name="files"; filename=""\r\n\r\n\r\n`) + CLOSE,
      PARTS,
    ],
    ['one header', `${DELIMITER}X: ${fill('y')}\r\n\r\n\r\n${HELLO}${CLOSE}`, BYTES],
    ['many headers', `${DELIMITER}${fill('X: y\r\n')}\r\n\r\n${HELLO}${CLOSE}`, BYTES],
    ['a part that is neither field nor file', `${HELLO}${DELIMITER}X: y\r\n\r\n${fill('z')}\r\n${CLOSE}`, BYTES],
    ['what stands before the first part', `${fill('x')}\r\n${HELLO}${CLOSE}`, BYTES],
    ['what stands after the last', HELLO + CLOSE + fill('x'), BYTES],
    ['parts after the last', HELLO + CLOSE + fill(DELIMITER), BYTES],
    ['half a boundary again and again', HELLO + fill('--edg\r\n') + CLOSE, BYTES],
  ])('that is %s is refused', async (_, body, expected) => {
    const { status, error } = await send(body);
    expect([status, error?.code]).toEqual(expected);
  });

  it('with many parts is refused, however small the chunks it arrives in', async () => {
    const author = await asViewer();
    for (const size of [1, 7, 1_000]) {
      const whole = Buffer.from(HELLO + fill(DELIMITER, 2_000) + CLOSE);
      let at = 0;
      const body = new ReadableStream({
        type: 'bytes',
        pull(controller) {
          controller.enqueue(new Uint8Array(whole.subarray(at, at + size)));
          at += size;
          if (at >= whole.length) controller.close();
        },
      });
      const sender = client(author.headers, undefined, (url, init) => exports.default.fetch(url, { ...init, body }));
      const headers = { 'content-type': 'multipart/form-data; boundary=edge' };
      expect((await sender.post('content/posts', 'see above', { headers })).error.code).toBe('VALIDATION_FAILED');
    }
  });

  it('is accepted if its bytes are those of a file', async () => {
    const author = await asViewer();
    const body = new FormData();
    body.set('text', 'A video');
    body.set('files', new File([mp4(5 * MEGABYTE) as Uint8Array<ArrayBuffer>], 'a.mp4'));
    for (let index = 0; index < 9; index += 1)
      body.append('files', new File([png() as Uint8Array<ArrayBuffer>], 'a.png'));
    expect((await author.post('content/posts', body)).status).toBe(201);
  });

  it('quotes only part of an overlong field name in the error', async () => {
    const { status, body } = await send(HELLO + field('n'.repeat(4_000), 'x') + CLOSE);
    expect([status, sizeOf(body) < 1_000]).toEqual([422, true]);
  });
});
