/** The viewers' part of the demo: they join, react, talk, and run into the room's rules. */
import { randomBytes } from 'node:crypto';
import { type Client, RoomSocket, waitFor } from '../local/client.ts';
import type { Show, Stage, Tally } from './creator.ts';
import { expectSame, tell } from './show.ts';

const VIEWERS = ['ana', 'ben', 'cleo', 'dev', 'elif', 'finn', 'gia', 'hugo', 'ines', 'jon'];
const GUESTS = 5;
const LINES = [
  'Good evening from Lisbon!',
  'First time here',
  'The sound is great tonight',
  'Play the new one',
  'What a view',
  'Hello from Izmir',
  'Is that a real trumpet?',
  'Turn it up',
  'I could listen for hours',
  'You are all wonderful',
];

interface Visitor {
  readonly name: string;
  readonly userId: string;
  readonly api: Client;
  socket: RoomSocket;
}

/** The demo's own counts, to compare with the room's figures. */
export interface Crowd extends Tally {
  readonly viewers: Visitor[];
  readonly guests: Visitor[];
  sockets: RoomSocket[];
  messages: number;
  reactions: Record<string, number>;
  uniqueViewers: number;
  removed: number;
}

export async function enterAll(stage: Stage, { streamId }: Show, suffix: string): Promise<Crowd> {
  const viewers: Visitor[] = [];
  for (const name of VIEWERS) viewers.push(await enter(await register(stage, name, suffix), streamId, name));
  const guests: Visitor[] = [];
  for (let number = 1; number <= GUESTS; number += 1)
    guests.push(await enter(stage.anyone, streamId, `guest ${number}`));
  tell(`${viewers.length} viewers registered and joined, and ${guests.length} guests without an account.`);
  const sockets = [...viewers, ...guests].map(({ socket }) => socket);
  for (const socket of sockets)
    await socket.waitForEvent('viewer-count', (event) => event.viewerCount === sockets.length);
  expectSame('Everyone sees the viewer count', sockets.length, viewers.length + guests.length);
  const { total, guests: counted } = await stage.anyone.call('GET', `/stream/${streamId}/viewers`);
  expectSame('The API returns the same count, and the guests in it', [total, counted], [sockets.length, guests.length]);
  return {
    viewers,
    guests,
    sockets,
    uniqueViewers: sockets.length,
    peakViewers: sockets.length,
    messages: 0,
    reactions: {},
    removed: 0,
  };
}

async function register({ anyone }: Stage, name: string, suffix: string): Promise<Client> {
  const email = `${name}-${suffix}@footlight.test`;
  const password = randomBytes(12).toString('base64url');
  return anyone.as({}).signUp({ email, password, username: `${name}_${suffix}`, displayName: name });
}

async function enter(api: Client, streamId: string, name: string): Promise<Visitor> {
  const { wsUrl, viewer } = await api.call('POST', `/stream/${streamId}/join`);
  return { name, userId: viewer.id, api, socket: await RoomSocket.enter(wsUrl) };
}

export async function reactAll(crowd: Crowd): Promise<void> {
  const { viewers, guests, sockets } = crowd;
  for (const { socket } of viewers) await socket.ask({ type: 'send-reaction', reaction: 'heart' });
  for (const { socket } of guests) await socket.ask({ type: 'send-reaction', reaction: 'fire' });
  crowd.reactions = { heart: viewers.length, fire: guests.length };
  const seenBy = (socket: RoomSocket) => {
    const seen: Record<string, number> = {};
    for (const { counts } of socket.all('new-reaction'))
      for (const [kind, count] of Object.entries<number>(counts)) seen[kind] = (seen[kind] ?? 0) + count;
    return seen;
  };
  const total = sockets.length;
  for (const socket of sockets)
    await waitFor(
      'all reactions',
      () => Object.values(seenBy(socket)).reduce((sum, count) => sum + count, 0) === total,
    );
  expectSame('Everyone reacts, and everyone sees all reactions', seenBy(sockets[0] as RoomSocket), crowd.reactions); // the crowd has 15 sockets
}

/** Each viewer says a line, and every socket gets every line, numbered without a gap. */
export async function talk(crowd: Crowd): Promise<void> {
  const first = (crowd.sockets[0]?.seq ?? 0) + 1;
  for (const [index, { name, socket }] of crowd.viewers.entries()) {
    const text = LINES[index] ?? '';
    const answer = await socket.say(text);
    if (answer.type !== 'ack') throw new Error(`${name} was refused: ${answer.code}`);
    crowd.messages += 1;
    tell(`${name}: ${text}`);
  }
  const expected = crowd.viewers.map((_, index) => first + index);
  for (const socket of crowd.sockets) {
    await waitFor('every message', () => socket.all('new-message').length >= crowd.messages);
    if (
      socket
        .all('new-message')
        .map(({ seq }) => seq)
        .join() !== expected.join()
    )
      throw new Error('A socket got different messages, or a different order');
  }
  expectSame('Messages that everyone got, in the same order and without a gap', expected.length, crowd.messages);
  const guest = await crowd.guests[0]?.socket.say('May I?');
  expectSame('A guest who tries to write is refused', guest?.code, 'GUESTS_CANNOT_CHAT');
}

export async function breakSlowMode(creator: Client, { viewers, sockets }: Crowd): Promise<void> {
  await creator.call('PUT', '/stream/chat-settings', { slowModeSeconds: 60 });
  for (const socket of sockets) await socket.waitForEvent('room-policy', ({ policy }) => policy.slowModeSeconds === 60);
  tell('The creator turns slow mode on, and the open room applies it at once.');
  const answer = await viewers[0]?.socket.say('And another thing');
  expectSame(`${viewers[0]?.name} writes again at once and is refused`, answer?.code, 'SLOW_MODE');
  tell(`  "${answer?.message}" Retry after ${Math.ceil((answer?.retryAfterMs ?? 0) / 1_000)} s.`);
  await creator.call('PUT', '/stream/chat-settings', { slowModeSeconds: 0 });
  for (const socket of sockets) await waitFor('slow mode to be off', () => socket.all('room-policy').length >= 2);
}

/** A link waits until the creator lets it through. */
export async function holdOne(creator: Client, { streamId }: Show, crowd: Crowd): Promise<void> {
  const [writer] = crowd.viewers;
  const changeLinks = async (links: 'hold' | 'allow') => {
    await creator.call('PUT', '/stream/chat-settings', { links });
    for (const socket of crowd.sockets)
      await waitFor('the rule for links', () => socket.all('room-policy').at(-1)?.policy.links === links);
  };
  await changeLinks('hold');
  const answer = await writer?.socket.say('More of it at https://example.com');
  expectSame(`A message by ${writer?.name} waits for a moderator because of its`, answer?.held, 'link');
  const { items } = await creator.call('GET', `/stream/${streamId}/held`);
  expectSame('Messages that the creator finds waiting', items.length, 1);
  await creator.call('POST', `/stream/${streamId}/held/${items[0].id}`, { action: 'allow' });
  crowd.messages += 1;
  for (const socket of crowd.sockets) await socket.waitForEvent('new-message', ({ id }) => id === items[0].id);
  tell('The creator lets it pass, and everyone gets it.');
  await changeLinks('allow');
}

/** A viewer answers another by name, and the creator pins the answer. */
export async function answerAndPin(creator: Client, { streamId }: Show, crowd: Crowd): Promise<void> {
  const [asked, answering] = [crowd.viewers[5], crowd.viewers[6]];
  if (!asked || !answering) throw new Error('There are too few viewers');
  const question = await asked.socket.say('Who wrote this one?');
  const { username } = await asked.api.call('GET', '/auth/me');
  const text = `@${username} it is by Elif`;
  const answer = await answering.socket.ask({ type: 'send-message', text, replyTo: question.messageId });
  crowd.messages += 2;
  const shown = await asked.socket.waitForEvent('new-message', ({ id }) => id === answer.messageId);
  expectSame(`${answering.name} replies to`, shown.replyTo.text, 'Who wrote this one?');
  const [{ userId, start, end }] = shown.mentions;
  expectSame('The reply names', [userId, text.slice(start, end)], [asked.userId, `@${username}`]);
  const { notification } = await asked.socket.waitForEvent('user-notification', ({ notification }) =>
    notification.kind.startsWith('chat-'),
  );
  expectSame(`${asked.name} is notified`, notification.title, `${answering.name} replied to you`);
  await creator.call('PUT', `/stream/${streamId}/pin`, { messageId: answer.messageId });
  for (const socket of crowd.sockets)
    await socket.waitForEvent('message-pinned', ({ pin }) => pin.message.id === answer.messageId);
  tell('The creator pins the reply, and everyone sees it.');
  await creator.call('DELETE', `/stream/${streamId}/pin`);
}

/** Everyone votes, one viewer twice, and the creator ends the poll. */
export async function pollAll(creator: Client, { streamId }: Show, crowd: Crowd): Promise<void> {
  const poll = await creator.call('POST', `/stream/${streamId}/polls`, {
    ...{ question: 'What next?', options: ['The old one', 'The new one'], seconds: 60 },
  });
  tell(`The creator asks: ${poll.question}`);
  for (const { socket } of crowd.viewers) {
    await socket.waitForEvent('poll-started', (event) => event.poll.id === poll.id);
    await socket.ask({ type: 'vote', pollId: poll.id, option: 0 });
  }
  await crowd.viewers[0]?.socket.ask({ type: 'vote', pollId: poll.id, option: 1 });
  await creator.call('PUT', `/stream/${streamId}/polls/${poll.id}/end`);
  const results = await Promise.all(
    crowd.sockets.map((socket) => socket.waitForEvent('poll-ended', (event) => event.poll.id === poll.id)),
  );
  const counts = results.map(({ poll }) => poll.options.map(({ votes }: { votes: number }) => votes).join(' : '));
  expectSame(
    'All vote, one changes the vote, and everyone sees the result',
    [...new Set(counts)],
    [`${crowd.viewers.length - 1} : 1`],
  );
}

export async function banOne(creator: Client, { streamId }: Show, crowd: Crowd): Promise<void> {
  const banned = crowd.viewers.pop();
  if (!banned) throw new Error('There is no viewer to ban');
  const action = { action: 'ban', userId: banned.userId, reason: 'Spam' };
  await creator.call('POST', `/stream/${streamId}/moderation`, action);
  const { code, reason } = await banned.socket.waitForClose();
  expectSame(`${banned.name} is banned and disconnected with`, `${code} ${reason}`, '4403 BANNED');
  const again = await banned.api.try('POST', `/stream/${streamId}/join`);
  expectSame(`${banned.name} cannot join again`, [again.status, again.error?.code], [403, 'BANNED']);
  crowd.removed += 1;
  crowd.sockets = crowd.sockets.filter((socket) => socket !== banned.socket);
  const left = crowd.sockets.length;
  await crowd.sockets[0]?.waitForEvent('viewer-count', (event) => event.viewerCount === left);
}

export async function loseAndResume(crowd: Crowd): Promise<void> {
  const lost = crowd.viewers[4];
  if (!lost) throw new Error('There is no viewer to disconnect');
  const before = lost.socket.seq;
  lost.socket.lose();
  tell(`${lost.name} loses the connection.`);
  const missed = ['Encore!', 'Encore!!', 'One more!'];
  for (const [index, text] of missed.entries()) {
    const answer = await crowd.viewers[index]?.socket.say(text);
    if (answer?.type !== 'ack') throw new Error(`"${text}" was refused: ${answer?.code}`);
    crowd.messages += 1;
    tell(`${crowd.viewers[index]?.name}: ${text}`);
  }
  const back = await RoomSocket.enter(lost.socket.resumeUrl);
  const replayed = await waitFor('the missed messages', () => {
    const messages = back.all('new-message');
    return messages.length >= missed.length ? messages : undefined;
  });
  expectSame(
    `${lost.name} reconnects with a resume pass and gets the missed messages`,
    replayed.map(({ text }) => text),
    missed,
  );
  const numbers = replayed.map(({ seq }) => seq ?? 0);
  expectSame('They continue right after the last message received, at number', numbers[0], before + 1);
  crowd.sockets = crowd.sockets.map((socket) => (socket === lost.socket ? back : socket));
  lost.socket = back;
}
