/** What the chat has besides lines: an answer, a pin and a poll. Everyone in the room sees each of them. */
import type { Client } from '../local/client.ts';
import type { Show } from './creator.ts';
import type { Crowd } from './crowd.ts';
import { expectSame, tell } from './show.ts';

const ANSWER = 'Lisbon says hello back!';

/** The first viewer's first line gets an answer. */
export async function answerOne(crowd: Crowd): Promise<void> {
  const [asked, other] = crowd.viewers;
  if (!asked || !other) throw new Error('There is nobody to answer');
  const line = await other.socket.waitForEvent('new-message', ({ userId }) => userId === asked.userId);
  const sent = await other.socket.ask({ type: 'send-message', text: ANSWER, replyTo: line.id });
  if (sent.type !== 'ack') throw new Error(`${other.name} was refused: ${sent.code}`);
  crowd.messages += 1;
  for (const socket of crowd.sockets) {
    const { replyTo } = await socket.waitForEvent('new-message', ({ id }) => id === sent.messageId);
    if (replyTo?.id !== line.id) throw new Error('A socket got the answer without the line that it answers');
  }
  tell(`${other.name}, in answer to "${line.text}": ${ANSWER}`);
  const notice = await asked.socket.waitForEvent('user-notification', ({ notification }) => isReply(notification));
  expectSame(`${asked.name} is notified that`, notice.notification.title, `${other.name} replied to you`);
}

const isReply = ({ kind }: { readonly kind: string }) => kind === 'chat-reply';

export async function pinOne(creator: Client, { streamId }: Show, { sockets }: Crowd): Promise<void> {
  const text = 'The set list is under the video.';
  await creator.call('PUT', `/stream/${streamId}/pin`, { text });
  for (const socket of sockets) {
    const { pin } = await socket.waitForEvent('message-pinned');
    if (pin.announcement?.text !== text) throw new Error('A socket got another pin');
  }
  tell(`The creator pins an announcement, and everyone sees it: ${text}`);
}

/** Every viewer votes for the first option, then one of them for the second. */
export async function holdPoll(creator: Client, { streamId }: Show, crowd: Crowd): Promise<void> {
  const options = ['The old song', 'The new song'];
  const poll = { question: 'What comes next?', options, seconds: 60 };
  const { id: pollId } = await creator.call('POST', `/stream/${streamId}/polls`, poll);
  for (const socket of crowd.sockets) await socket.waitForEvent('poll-started');
  tell(`The creator asks: ${poll.question} ${options.join(' or ')}?`);
  const [changing] = crowd.viewers;
  const votes = [...crowd.viewers.map((viewer) => ({ viewer, option: 0 })), { viewer: changing, option: 1 }];
  for (const { viewer, option } of votes) {
    const answer = await viewer?.socket.ask({ type: 'vote', pollId, option });
    if (answer?.type !== 'ack') throw new Error(`${viewer?.name} was refused: ${answer?.code}`);
  }
  await creator.call('PUT', `/stream/${streamId}/polls/${pollId}/end`);
  const counts = crowd.viewers.length;
  for (const socket of crowd.sockets) {
    const { poll: result } = await socket.waitForEvent('poll-ended');
    if (result.totalVotes !== counts) throw new Error('A socket got other results');
  }
  const ended = crowd.sockets[0]?.first('poll-ended')?.poll.options;
  expectSame(
    `${counts} viewers vote, one of them changes the vote, and everyone gets the result`,
    ended?.map(({ votes: each }: { readonly votes: number }) => each),
    [counts - 1, 1],
  );
}
