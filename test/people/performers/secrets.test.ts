/**
 * What a performer told the platform alone stays there: every answer that others can get is searched for it. While a
 * stage identity is on, so are the account's own names and links.
 */
import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { client } from '#test/support/api';
import { applicationRequest } from '#test/support/applications';
import { testContext } from '#test/support/context';
import { giveCoins, once } from '#test/support/money';
import { taskContext } from '#test/support/notifications';
import { stageNames } from '#test/support/performers';
import { aUser, joinRoom } from '#test/support/rooms';
import { answersAbout, aShow, type Show } from '#test/support/shows';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asViewer, type Person } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { readPass } from '@/domains/live/rooms/pass';
import { followName } from '@/domains/people/performers/follow-name';

const PRIVATE = { legalName: 'Quillon Ravensworth', birthDate: '1987-03-14' };
const ABOUT = { gender: 'a rare bird', birthDate: '1987-03-15' };
/** As JSON has it, since two letters are in many words. Nobody else in these tests is from there. */
const COUNTRY = 'AQ';
const LINK = 'https://ravensworth.example/home';

/** Approved after an application, and with a profile that says everything. */
async function aPerformerWithSecrets() {
  const show = await aShow('performer');
  const { creator, word } = show;
  const { db } = testContext();
  const is = eq(users.id, creator.userId);
  await db.update(users).set({ creatorStatus: 'NONE' }).where(is);
  const { identity, financial } = applicationRequest();
  const holder = { ...financial, accountHolder: PRIVATE.legalName };
  const request = applicationRequest({ identity: { ...identity, ...PRIVATE }, financial: holder });
  expect((await creator.post('creator/application', request)).status).toBe(201);
  await db.update(users).set({ creatorStatus: 'APPROVED', role: 'performer' }).where(is);
  const links = [{ label: 'Home', url: LINK }];
  const own = { ...ABOUT, country: COUNTRY, links, displayName: `${word} Moreno` };
  expect((await creator.put('user/profile', own)).status).toBe(200);
  const always = [PRIVATE.legalName, PRIVATE.birthDate, ABOUT.gender, ABOUT.birthDate, creator.email, `"${COUNTRY}"`];
  return { show, always, onStage: [creator.username, own.displayName, LINK] };
}

/** What a room tells a viewer: as it opens, and of what the performer says, gives and gets there. */
async function heardInRooms({ creator, streamId }: Show): Promise<string> {
  const [viewer, host] = [await asViewer(), await asCreator()];
  const elsewhere = await anOpenStream(host);
  for (const { userId } of [viewer, creator]) await giveCoins(userId, 1_000);
  const enter = async (roomId: string) => {
    const pass = await readPass(testContext(), (await viewer.post(`stream/${roomId}/join`)).data.pass);
    return joinRoom(roomId, pass?.viewer ?? aUser(), { ...(pass ? { pass } : {}) });
  };
  for (const roomId of [streamId, elsewhere]) await creator.post(`sessions/${roomId}/chat`, { text: 'Before' });
  const seats = [await enter(streamId), await enter(elsewhere)];
  for (const roomId of [streamId, elsewhere])
    expect((await creator.post(`sessions/${roomId}/chat`, { text: 'After' })).status).toBe(201);
  const give = (who: Person, id: string) => who.post('payment/tip', { coins: 100, streamId: id }, once());
  expect((await give(viewer, streamId)).status).toBe(201);
  expect((await give(creator, elsewhere)).status).toBe(201);
  for (const seat of seats) {
    await seat.next('new-message', ({ text }) => text === 'After');
    await seat.next('gift-sent');
  }
  return JSON.stringify(seats.map((seat) => seat.events()));
}

/** Where each of these texts was found. */
function leaks(answers: ReadonlyMap<string, string>, secrets: readonly string[]) {
  return [...answers].flatMap(([way, answer]) =>
    secrets.filter((secret) => answer.includes(secret)).map((secret) => [way, secret]),
  );
}

async function allAnswers(
  show: Show,
  readers: readonly Pick<Person, 'get'>[],
  perPage?: number,
): Promise<Map<string, string>> {
  const answers = new Map([['rooms', await heardInRooms(show)]]);
  for (const [index, reader] of readers.entries())
    for (const [way, answer] of await answersAbout(reader, show, perPage)) answers.set(`${index}: ${way}`, answer);
  return answers;
}

it('no answer that others can get has a performer’s legal name, birth date, address or country', async () => {
  const { show, always } = await aPerformerWithSecrets();
  const follower = await asViewer();
  await follower.post(`social/follow/${show.creator.userId}`);
  const answers = await allAnswers(show, [client(), follower]);
  // The performer is in them, so they could have it.
  expect(leaks(answers, [show.word]).length).toBeGreaterThan(40);
  expect(leaks(answers, always)).toEqual([]);
  // The same search finds all of it where it belongs.
  const own = new Map<string, string>();
  for (const way of ['user/profile', 'creator/application'])
    own.set(way, JSON.stringify((await show.creator.get(way)).body));
  expect(new Set(leaks(own, always).map(([, secret]) => secret))).toEqual(new Set(always));
}, 120_000);

it('on stage, no answer has the username, name or links of the account either', async () => {
  const { show, always, onStage } = await aPerformerWithSecrets();
  const { creator, word } = show;
  const follower = await asViewer();
  await follower.post(`social/follow/${creator.userId}`);
  const fan = await asCreator();
  await creator.post(`social/follow/${fan.userId}`);
  const before = await allAnswers(show, [client(), follower]);
  expect(new Set(leaks(before, onStage).map(([, secret]) => secret))).toEqual(new Set(onStage));
  const names = { ...stageNames(), stageName: `${word} by night`, bio: `${word} by night` };
  await creator.put('performer/profile', names);
  expect((await creator.put('performer/privacy-settings', { anonymousMode: true })).status).toBe(200);
  const tasks = taskContext();
  await followName(tasks.ctx, { type: 'follow-name', userId: creator.userId, from: onStage[1] ?? '', after: null });
  for (let step = 0; step < 3; step += 1) {
    await tasks.drain();
    await tasks.settle();
  }
  // The newest page of a chat may be a second old.
  const after = await allAnswers(show, [client(), follower, fan], 99);
  expect(leaks(after, [names.stageHandle]).length).toBeGreaterThan(20);
  expect(leaks(after, [...always, ...onStage])).toEqual([]);
}, 120_000);
