/** The main job over the built bundle, from sign-up to the figures, and through a kill in the middle of the chat. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mp4, picture } from '#test/support/files';
import { type Server, startServer } from '#test/support/server';
import { Client, RoomSocket, waitFor } from '../../scripts/local/client';
import {
  ingressEvent,
  type LiveKitKeys,
  postWebhook,
  type StandIn,
  standInForLiveKit,
} from '../../scripts/local/livekit';

let server: Server;
let livekit: LiveKitKeys;
let standIn: StandIn;
let anyone: Client;

beforeAll(async () => {
  server = await startServer();
  anyone = new Client(server.origin);
  const { LIVEKIT_URL: url = '', LIVEKIT_API_KEY: apiKey = '', LIVEKIT_API_SECRET: apiSecret = '' } = server.vars;
  livekit = { url, apiKey, apiSecret };
  standIn = await standInForLiveKit(livekit);
});

afterAll(async () => {
  await standIn?.close();
  await server?.remove();
});

async function signUp(name: string): Promise<Client> {
  const account = { email: `${name}@footlight.test`, password: 'a long enough secret' };
  return anyone.as({}).signUp({ ...account, username: name });
}

/** By the signed webhook of an encoder that started. */
async function goLive(username: string): Promise<{ creator: Client; streamId: string; end(): Promise<void> }> {
  const creator = await anyone.signIn(`${username}@footlight.test`, server.vars.DEMO_PASSWORD ?? '');
  const { ingressId } = await creator.call('POST', '/stream/ingress', { ingressType: 'RTMP' });
  standIn.setPublishing(ingressId, true);
  await postWebhook(server.origin, livekit, ingressEvent('ingress_started', ingressId, standIn.roomOf(ingressId)));
  const streamId = await waitFor('the stream to be live', async () => {
    const status = await creator.call('GET', '/stream/status');
    return status.isLive ? (status.currentStreamId as string) : undefined;
  });
  return {
    creator,
    streamId,
    async end() {
      await creator.call('POST', `/sessions/${streamId}/end`);
    },
  };
}

async function enter(api: Client, streamId: string): Promise<RoomSocket> {
  const { wsUrl } = await api.call('POST', `/stream/${streamId}/join`);
  return RoomSocket.enter(wsUrl);
}

async function figuresOf(creator: Client, streamId: string) {
  return waitFor('the figures', async () => {
    const { items } = await creator.call('GET', '/stream/past');
    const past = items.find((item: { id: string }) => item.id === streamId);
    return past?.figures ?? undefined;
  });
}

describe('the built bundle', () => {
  it('carries an account from sign-up to a chat that both sides read', async () => {
    const { creator, streamId, end } = await goLive('creator1');
    const viewer = await signUp('e2e_viewer');
    const [mine, guests] = [await enter(viewer, streamId), await enter(anyone, streamId)];

    const ack = await mine.say('Hello');
    expect(ack).toMatchObject({ type: 'ack', seq: expect.any(Number) });
    const heard = await guests.waitForEvent('new-message');
    expect(heard).toMatchObject({ text: 'Hello', username: 'e2e_viewer', seq: ack.seq });
    const { items } = await anyone.call('GET', `/stream/chat/${streamId}`);
    expect(items).toMatchObject([{ text: 'Hello', seq: ack.seq }]);

    await end();
    await guests.waitForEvent('stream-ended');
    expect(await figuresOf(creator, streamId)).toMatchObject({ uniqueViewers: 2, peakViewers: 2, messages: 1 });
  });

  it('takes a picture and a video in one form, and plays the video by ranges', async () => {
    const author = await signUp('e2e_author');
    const form = new FormData();
    form.set('text', 'Both');
    const video = mp4(9_000_000);
    form.append('files', new File([picture(64, 36) as Uint8Array<ArrayBuffer>], 'a.mp4'));
    form.append('files', new File([video as Uint8Array<ArrayBuffer>], 'b.png'));
    const { media } = await author.call('POST', '/content/posts', form);
    expect(media).toMatchObject([{ type: 'image', width: 64, height: 36 }, { type: 'video' }]);
    const end = await fetch(media[1].url, { headers: { range: 'bytes=-1000' } });
    expect([end.status, end.headers.get('content-range')]).toEqual([206, 'bytes 8999000-8999999/9000000']);
    expect(new Uint8Array(await end.arrayBuffer())).toEqual(video.slice(-1_000));
  });

  it('refuses a file far too large in a way that a client which is still sending can read', async () => {
    const form = new FormData();
    form.set('avatar', new File([new Uint8Array(40_000_000)], 'a.png'));
    const codeFor = async (client: Client) => (await client.try('POST', '/user/avatar', form)).error?.code;
    expect(await codeFor(await signUp('e2e_hoarder'))).toBe('BODY_TOO_LARGE');
    expect(await codeFor(anyone)).toBe('UNAUTHENTICATED');
  });

  it('loses no acknowledged message, number or viewer when it is killed in the middle of the chat', async () => {
    const { creator, streamId, end } = await goLive('creator2');
    const writers = await Promise.all(['e2e_ana', 'e2e_ben', 'e2e_cleo'].map(signUp));
    const sockets = await Promise.all(writers.map((writer) => enter(writer, streamId)));

    const acknowledged = new Map<number, string>();
    const talk = async (socket: RoomSocket, name: number) => {
      for (let line = 0; !socket.closed; line += 1) {
        const text = `writer ${name}, line ${line}`;
        const answer = await Promise.race([sayInTime(socket, text), socket.waitForClose()]).catch(() => undefined);
        if (answer && 'type' in answer && answer.type === 'ack') acknowledged.set(answer.seq ?? 0, text);
      }
    };
    const talks = sockets.map(talk);
    await waitFor('the talk to be well under way', () => acknowledged.size >= 20 || undefined);
    await server.kill();
    await Promise.all(talks);
    await server.start();

    const [first] = sockets;
    const back = await RoomSocket.enter(first?.resumeUrl ?? '');
    const after = await sayInTime(back, 'We are back');
    expect(after.type).toBe('ack');
    const messages = await readAll(writers[0] as Client, streamId); // three have signed up
    const textOf = new Map(messages.map(({ seq, text }) => [seq, text]));
    for (const [seq, text] of acknowledged) expect(textOf.get(seq)).toBe(text);
    expect(new Set(messages.map(({ text }) => text)).size).toBe(messages.length);
    const numbers = messages.map(({ seq }) => seq).toSorted((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    expect(after.seq).toBe(numbers.at(-1));

    // Of the three who were there one has come back.
    const viewers = await anyone.call('GET', `/stream/${streamId}/viewers`);
    expect(viewers).toMatchObject({ total: 1, guests: 0 });
    await end();
    const figures = await figuresOf(creator, streamId);
    expect(figures).toMatchObject({ uniqueViewers: 3, peakViewers: 3, messages: messages.length });
  });
});

/** A client that is too fast for the room is told how long to wait, and has written nothing. */
async function sayInTime(socket: RoomSocket, text: string) {
  for (;;) {
    const answer = await socket.say(text);
    if (answer.code !== 'TOO_FAST') return answer;
    await sleep(answer.retryAfterMs);
  }
}

async function readAll(api: Client, streamId: string): Promise<{ seq: number; text: string }[]> {
  const all: { seq: number; text: string }[] = [];
  let cursor = '';
  do {
    const page = await api.call('GET', `/stream/chat/${streamId}?perPage=100${cursor && `&cursor=${cursor}`}`);
    all.push(...page.items);
    cursor = page.pagination.nextCursor ?? '';
  } while (cursor);
  return all;
}
