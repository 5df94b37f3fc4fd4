import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { aGuest, aUser, inStorage, joinRoom, openPolicy, openRoom, startClock, stopClock } from '#test/support/rooms';
import { aStream } from '#test/support/streams';
import { asCreator, asUser } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { streamPolls } from '@/domains/live/rooms/tables';
import { newId } from '@/shared/ids';

afterEach(startClock);

const { db } = testContext();
const QUESTION = { question: 'Which song?', options: ['The first', 'The second', 'None'], seconds: 60 };

/** A room in which a poll runs. */
async function withPoll(opened?: Awaited<ReturnType<typeof openRoom>>, mod = aUser({ moderator: true })) {
  const room = opened ?? (await openRoom());
  const answer = await room.room.startPoll(mod, QUESTION);
  if (!answer.ok) throw new Error(answer.code);
  return { ...room, mod, poll: answer.poll };
}

const votesIn = ({ options }: { options: readonly { votes: number }[] }) => options.map(({ votes }) => votes);

describe('a poll', () => {
  it('is told to everyone and is there for those who come, with their own vote', async () => {
    const { roomId, stub, mod, poll } = await withPoll();
    expect(poll).toEqual({
      ...{ id: expect.any(String), question: 'Which song?', totalVotes: 0, endedAt: null },
      options: ['The first', 'The second', 'None'].map((text, id) => ({ id, text, votes: 0 })),
      ...{ startedAt: expect.any(String), endsAt: expect.any(String) },
    });
    expect(Date.parse(poll.endsAt) - Date.parse(poll.startedAt)).toBe(60_000);
    const user = aUser();
    const voter = await joinRoom(roomId, user, { since: 1 });
    expect(await voter.next('poll-started')).toEqual({ type: 'poll-started', seq: 2, streamId: roomId, poll });
    expect(await voter.welcome()).toMatchObject({ poll, you: { vote: null } });
    expect(await voter.ask({ type: 'vote', pollId: poll.id.toUpperCase(), option: 1 })).toMatchObject({ type: 'ack' });
    await evictDurableObject(stub);
    const back = await (await joinRoom(roomId, user)).welcome();
    expect(votesIn(back.poll)).toEqual([0, 1, 0]);
    expect(back.you.vote).toBe(1);
    expect((await (await joinRoom(roomId, mod)).welcome()).you.vote).toBeNull();
    expect((await (await joinRoom(roomId, aGuest())).welcome()).you).not.toHaveProperty('vote');
  });

  it('counts one vote a person, which may change, over sockets and HTTP and an eviction', async () => {
    const { roomId, room, stub, poll } = await withPoll();
    const [one, other] = [aUser(), aUser()];
    const socket = await joinRoom(roomId, one);
    await socket.ask({ type: 'vote', pollId: poll.id, option: 0 });
    expect(await room.vote(other, poll.id, 0)).toMatchObject({ ok: true, vote: 0, poll: { totalVotes: 2 } });
    await evictDurableObject(stub);
    const changed = await room.vote(one, poll.id, 2);
    expect(changed.ok && votesIn(changed.poll)).toEqual([1, 0, 1]);
    const again = await room.vote(one, poll.id, 2);
    expect(again.ok && votesIn(again.poll)).toEqual([1, 0, 1]);
  });

  it('shows its counts at most once a second, and only if they changed', async () => {
    const { roomId, room, poll } = await withPoll();
    const guest = await joinRoom(roomId, aGuest());
    await guest.welcome();
    const voters = Array.from({ length: 20 }, () => aUser());
    for (const voter of voters) await room.vote(voter, poll.id, 0);
    for (const voter of voters) await room.vote(voter, poll.id, 0);
    const event = await guest.next('poll-updated', (update) => update.poll.totalVotes === 20);
    expect(event).toEqual({ type: 'poll-updated', poll: { ...poll, totalVotes: 20, options: expect.any(Array) } });
    expect(guest.eventsOf('poll-updated').length).toBeLessThanOrEqual(2);
  });

  it('is ended by the alarm, even if the room slept, and D1 keeps what came of it', async () => {
    const tick = stopClock();
    const creator = await asCreator();
    const opened = await openRoom({ creatorId: creator.userId });
    await aStream(creator, { id: opened.roomId });
    const { roomId, room, stub, poll } = await withPoll(opened, aUser({ creator: true }, creator.userId));
    for (const option of [0, 1, 1]) await room.vote(aUser(), poll.id, option);
    const guest = await joinRoom(roomId, aGuest());
    await evictDurableObject(stub);
    tick(61_000);
    expect(await room.vote(aUser(), poll.id, 0)).toMatchObject({ ok: false, code: 'POLL_ENDED' });
    await runDurableObjectAlarm(stub);
    const { poll: ended } = await guest.next('poll-ended');
    expect({ ...ended, votes: votesIn(ended) }).toMatchObject({ id: poll.id, votes: [1, 2, 0], totalVotes: 3 });
    expect(ended.endedAt).toEqual(expect.any(String));
    expect(await inStorage(roomId, 'SELECT * FROM poll_votes')).toEqual([]);
    tick(1_000);
    await runDurableObjectAlarm(stub);
    expect(await db.select().from(streamPolls)).toMatchObject([
      {
        ...{ id: poll.id, streamId: roomId, createdBy: creator.userId, question: 'Which song?' },
        options: [
          { text: 'The first', votes: 1 },
          { text: 'The second', votes: 2 },
          { text: 'None', votes: 0 },
        ],
      },
    ]);
    expect((await (await joinRoom(roomId)).welcome()).poll).toBeNull();
  });

  it('ends early once, and another one may begin only then', async () => {
    const { roomId, room, mod, poll } = await withPoll();
    const guest = await joinRoom(roomId, aGuest());
    expect(await room.startPoll(mod, QUESTION)).toMatchObject({ ok: false, code: 'POLL_RUNNING' });
    const [first, second] = [await room.endPoll(poll.id), await room.endPoll(poll.id)];
    expect(first).toEqual(second);
    expect(first).toMatchObject({ ok: true, poll: { id: poll.id, endedAt: expect.any(String) } });
    await guest.next('poll-ended');
    expect(guest.eventsOf('poll-ended')).toHaveLength(1);
    expect(await room.vote(aUser(), poll.id, 0)).toMatchObject({ ok: false, code: 'POLL_ENDED' });
    expect(await room.startPoll(mod, QUESTION)).toMatchObject({ ok: true });
    expect(await room.endPoll(newId())).toMatchObject({ ok: false, code: 'POLL_NOT_FOUND' });
  });

  it('ends with the stream, and none begins afterwards', async () => {
    const { roomId, room, change, mod, poll } = await withPoll();
    const guest = await joinRoom(roomId, aGuest());
    await room.vote(aUser(), poll.id, 0);
    await change({ status: 'ended', endedAt: Date.now() });
    expect((await guest.next('poll-ended')).poll).toMatchObject({ id: poll.id, totalVotes: 1 });
    expect(await room.startPoll(mod, QUESTION)).toMatchObject({ ok: false, code: 'ROOM_CLOSED' });
    expect(await room.vote(aUser(), poll.id, 0)).toMatchObject({ ok: false, code: 'ROOM_CLOSED' });
  });
});

describe('a vote', () => {
  it('is refused to guests, to those who are timed out or banned, and for what is not there', async () => {
    const { roomId, room, poll } = await withPoll();
    const vote = { type: 'vote', pollId: poll.id, option: 0 };
    const guest = await joinRoom(roomId, aGuest());
    expect(await guest.ask(vote)).toMatchObject({ type: 'error', code: 'GUESTS_CANNOT_VOTE' });
    const user = aUser();
    const socket = await joinRoom(roomId, user);
    await room.moderate(newId(), { action: 'timeout', userId: user.id, seconds: 60, reason: 'Loud' });
    expect(await socket.ask(vote)).toMatchObject({
      code: 'TIMED_OUT',
      reason: 'Loud',
      retryAfterMs: expect.any(Number),
    });
    await room.apply(newId(), { type: 'ban', userId: user.id, reason: null, by: newId() });
    expect(await room.vote(user, poll.id, 0)).toMatchObject({ code: 'BANNED' });
    const other = await joinRoom(roomId);
    expect(await other.ask({ ...vote, option: 3 })).toMatchObject({ code: 'OPTION_NOT_FOUND' });
    expect(await other.ask({ ...vote, option: 5 })).toMatchObject({ code: 'FRAME_INVALID' });
    expect(await other.ask({ ...vote, pollId: newId() })).toMatchObject({ code: 'POLL_NOT_FOUND' });
  });

  it('is open to all who may be here, whatever the rules for chat are', async () => {
    const policy = { ...openPolicy, chatEnabled: false, followersOnly: true, slowModeSeconds: 60 };
    const { room, poll } = await withPoll(await openRoom({ policy }));
    const user = aUser();
    for (const option of [0, 1]) expect(await room.vote(user, poll.id, option)).toMatchObject({ ok: true });
  });

  it.each(['ban', 'forget-user'] as const)(
    'no longer counts in a running poll after a %s of its voter',
    async (type) => {
      const { roomId, room, stub, poll } = await withPoll();
      const [user, other] = [aUser(), aUser()];
      await room.vote(user, poll.id, 0);
      await room.vote(other, poll.id, 0);
      const userId = user.id;
      await room.apply(newId(), type === 'ban' ? { type, userId, reason: null, by: newId() } : { type, userId });
      for (let time = 0; time < 2; time += 1) {
        expect(votesIn((await (await joinRoom(roomId)).welcome()).poll)).toEqual([1, 0, 0]);
        await evictDurableObject(stub);
      }
      expect(await inStorage(roomId, `SELECT 1 FROM poll_votes WHERE user_id = '${userId}'`)).toEqual([]);
    },
  );
});

it('a vote no longer counts once its voter is banned from the platform, but stays when they lose access', async () => {
  const creator = await asCreator();
  const opened = await openRoom({ creatorId: creator.userId, visibility: 'followers' });
  const { roomId, room } = opened;
  await aStream(creator, { id: roomId, visibility: 'followers' });
  const { poll } = await withPoll(opened);
  const [banned, stranger] = [await asUser(), await asUser()];
  await db.update(users).set({ status: 'banned' }).where(eq(users.id, banned.userId));
  for (const { userId } of [banned, stranger]) {
    await room.vote(aUser({ follower: true }, userId), poll.id, 0);
    await room.apply(newId(), { type: 'standing-changed', userId });
  }
  const moderator = await joinRoom(roomId, aUser({ moderator: true }));
  expect(votesIn((await moderator.welcome()).poll)).toEqual([1, 0, 0]);
});

describe('the question of a poll', () => {
  it('ends and goes with the account of whoever asked it', async () => {
    const { roomId, room, mod, poll } = await withPoll();
    const guest = await joinRoom(roomId, aGuest());
    await room.vote(aUser(), poll.id, 2);
    await room.apply(newId(), { type: 'forget-user', userId: mod.id });
    await guest.next('poll-ended');
    for (const text of ['Which song', 'The first']) {
      expect(await inStorage(roomId, `SELECT 1 FROM events WHERE body LIKE '%${text}%'`)).toEqual([]);
      expect(await inStorage(roomId, `SELECT 1 FROM polls WHERE question || options LIKE '%${text}%'`)).toEqual([]);
    }
    const late = await joinRoom(roomId, aGuest(), { since: 1 });
    const { poll: ended } = await late.next('poll-ended');
    expect({ ...ended, votes: votesIn(ended) }).toMatchObject({ question: '', votes: [0, 0, 1] });
    expect(ended.options).toHaveLength(3);
  });

  it('is not kept with the session while it is hidden, whether it was hidden before it was kept or later', async () => {
    const creator = await asCreator();
    const opened = await openRoom({ creatorId: creator.userId });
    const { roomId, room, stub } = opened;
    await aStream(creator, { id: roomId });
    const mod = aUser({ moderator: true }, (await asCreator()).userId);
    const kept = async () => {
      await runDurableObjectAlarm(stub);
      return (await db.select().from(streamPolls).where(eq(streamPolls.streamId, roomId))).map(({ id }) => id);
    };
    const { poll: first } = await withPoll(opened, mod);
    await room.endPoll(first.id);
    expect(await kept()).toEqual([first.id]);
    const { poll: second } = await withPoll(opened, mod);
    const decisionId = newId();
    await room.apply(newId(), { type: 'withhold-user', userId: mod.id, decisionId, withheld: true });
    expect(await kept()).toEqual([]);
    await room.apply(newId(), { type: 'withhold-user', userId: mod.id, decisionId, withheld: false });
    expect((await kept()).toSorted()).toEqual([first.id, second.id].toSorted());
    const hide = { action: 'timeout', userId: mod.id, seconds: 60, reason: null, deleteMessages: true } as const;
    await room.moderate(creator.userId, hide);
    expect(await kept()).toEqual([]);
  });

  it('is not kept with the session if it is hidden while its results are being kept', async () => {
    const creator = await asCreator();
    const opened = await openRoom({ creatorId: creator.userId });
    const { roomId, room, stub } = opened;
    await aStream(creator, { id: roomId });
    const mod = aUser({ moderator: true }, (await asCreator()).userId);
    const { poll } = await withPoll(opened, mod);
    await room.endPoll(poll.id);
    const hide = { type: 'withhold-user', userId: mod.id, decisionId: newId(), withheld: true } as const;
    await Promise.all([runDurableObjectAlarm(stub), room.apply(newId(), hide)]);
    await runDurableObjectAlarm(stub);
    expect(await db.select().from(streamPolls).where(eq(streamPolls.streamId, roomId))).toEqual([]);
  });

  it('is hidden, and the poll ends, when what its author wrote is withheld', async () => {
    const { roomId, room, mod } = await withPoll();
    const guest = await joinRoom(roomId, aGuest());
    await room.apply(newId(), { type: 'ban', userId: mod.id, reason: null, by: newId() });
    expect((await guest.next('poll-ended')).poll.question).toBe('');
    const late = await joinRoom(roomId, aGuest(), { since: 1 });
    for (const type of ['poll-started', 'poll-ended'])
      expect((await late.next(type)).poll).toMatchObject({ question: '', options: [{ text: '' }, { text: '' }, {}] });
  });
});
