/** The staff's part of the demo: a report that ends in a ban, its appeal, and a ticket that is answered. */
import { randomBytes } from 'node:crypto';
import { type Client, RoomSocket } from '../local/client.ts';
import type { Show, Stage } from './creator.ts';
import type { Crowd } from './crowd.ts';
import { expectSame, tell } from './show.ts';

const INSULT = 'Nobody wants to hear you, go away';
const REASON = 'Insulting other people is not allowed here.';

/** A newcomer insults the room. Two viewers report it, and a member of staff bans the newcomer in the same step. */
export async function banByReport(
  stage: Stage,
  owner: Client,
  { streamId }: Show,
  crowd: Crowd,
  suffix: string,
): Promise<void> {
  const email = `troll-${suffix}@footlight.test`;
  const password = randomBytes(12).toString('base64url');
  const troll = await stage.anyone.as({}).signUp({ email, password, username: `troll_${suffix}` });
  const { wsUrl } = await troll.call('POST', `/stream/${streamId}/join`);
  const socket = await RoomSocket.enter(wsUrl);
  crowd.uniqueViewers += 1;
  crowd.removed += 1;
  await socket.say(INSULT);
  crowd.messages += 1;
  const insult = await crowd.sockets[0]?.waitForEvent('new-message', ({ text }) => text === INSULT);
  const targetId = insult?.id;
  tell(`A newcomer writes: ${INSULT}`);

  const report = { targetType: 'message', targetId, streamId, category: 'harassment', text: 'Insults everyone' };
  for (const { name, api } of crowd.viewers.slice(0, 2))
    expectSame(`${name} reports it`, (await api.call('POST', '/reports', report)).status, 'open');
  const { items } = await owner.call('GET', '/admin/reports?status=open&targetType=message');
  // biome-ignore lint/suspicious/noExplicitAny: as the contract has it
  const gathered = items.find((item: any) => item.targetId === targetId);
  expectSame('Staff see one report that gathers both', gathered.count, 2);
  const { evidence } = await owner.call('GET', `/admin/report/${gathered.id}`);
  expectSame('It keeps the text as it was', evidence.text, INSULT);

  await owner.call('PUT', `/admin/report/${gathered.id}/resolve`, { action: 'ban', reason: REASON });
  const { code, reason } = await socket.waitForClose();
  expectSame(
    'The report is resolved with a ban, and the room disconnects the offender with',
    `${code} ${reason}`,
    '4401 SESSION_ENDED',
  );
  const again = await stage.anyone.try('POST', '/auth/login', { email, password });
  expectSame('The offender cannot sign in any more', [again.status, again.error?.code], [403, 'ACCOUNT_BANNED']);
  await appeal(stage, owner, again.error?.details);
}

async function appeal(stage: Stage, owner: Client, details: { decisionId: string; restrictedToken: string }) {
  const restricted = stage.anyone.as({ authorization: `Bearer ${details.restrictedToken}` });
  const { id } = await restricted.call('POST', '/appeals', { decisionId: details.decisionId, text: 'I was joking.' });
  tell('The offender appeals with the token that the refusal carries, which is good for nothing else.');
  const answer = { accept: false, answer: 'Read it again as the person whom you wrote it to.' };
  await owner.call('PUT', `/admin/appeal/${id}/resolve`, answer);
  const { items } = await restricted.call('GET', '/appeals/my');
  expectSame('The appeal is', items[0].status, 'refused');
}

/** A viewer asks for help, and staff answer. */
export async function answerTicket(owner: Client, crowd: Crowd): Promise<void> {
  const asker = crowd.viewers[2];
  if (!asker) throw new Error('There is no third viewer');
  const ticket = await asker.api.call('POST', '/support/tickets', {
    category: 'technical',
    subject: 'No sound on my phone',
    description: 'The picture is fine, but I hear nothing.',
  });
  tell(`${asker.name} opens ticket ${ticket.number}: ${ticket.subject}.`);
  await owner.call('POST', `/support/tickets/${ticket.id}/reply`, { text: 'Is the switch on its side on silent?' });
  const told = await asker.socket.waitForEvent(
    'user-notification',
    ({ notification }) => notification.kind === 'ticket-reply',
  );
  expectSame('Staff answer, and the room tells the asker at once', told.notification.kind, 'ticket-reply');
  const { status, replies } = await asker.api.call('GET', `/support/tickets/${ticket.id}`);
  expectSame('The ticket waits for the asker, with replies', [status, replies.length], ['pending', 1]);
}
