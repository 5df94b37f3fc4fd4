/**
 * Polls: one at a time, a vote a person, changeable until the end. A vote is one stored row and no frame of its own;
 * everyone gets the counts at most once a second. The room's alarm ends a poll, and D1 keeps what came of it.
 */
import type { Context } from '@/contracts/context';
import type { NewPoll, Poll } from '@/contracts/poll';
import type { PollAnswer, RoomRefusal, RoomUser, RoomViewer, VoteAnswer } from '@/contracts/room';
import { writeEvent } from '@/contracts/room-events/events';
import { dropPolls, recordPolls } from '@/domains/live/rooms/poll-results';
import { newId } from '@/shared/ids';
import { SECOND_MS } from '@/shared/time';
import type { Agenda } from './agenda';
import type { Broadcaster } from './broadcaster';
import { judgeMaintenance, refuse } from './policy';
import { presentPoll, resultOf, type StoredPoll } from './poll-store';
import { hasEnded } from './relations';
import type { RoomStore } from './store';
import { withoutQuestion } from './withheld';

/** A room has at most this many. */
const POLLS_MAX = 100;

interface PollsParts {
  readonly store: RoomStore;
  readonly agenda: Agenda;
  readonly broadcaster: Broadcaster;
  readonly database: Pick<Context, 'db' | 'now'>;
}

export class Polls {
  constructor(private readonly room: PollsParts) {}

  start(by: RoomUser, { question, options, seconds }: NewPoll): PollAnswer {
    const { store, agenda, broadcaster, database } = this.room;
    if (!store.setup || hasEnded(store.setup)) return refuse('ROOM_CLOSED');
    this.expire(); // the alarm may be late
    if (store.polls.open) return refuse('POLL_RUNNING');
    if (store.polls.count >= POLLS_MAX) return refuse('TOO_MANY_POLLS');
    const startedAt = database.now();
    const endsAt = startedAt + seconds * SECOND_MS;
    broadcaster.flush(); // so that the event gets the next number
    const seq = store.seq + 1;
    const poll = store.polls.start({ id: newId(), seq, createdBy: by.id, question, options, startedAt, endsAt });
    agenda.put('poll', endsAt);
    this.#announce('poll-started', presentPoll(poll));
    return { ok: true, poll: presentPoll(poll) };
  }

  vote(viewer: RoomViewer, pollId: string, option: number): VoteAnswer {
    const { store, database } = this.room;
    const refusal = this.#refuseVoter(viewer);
    if (refusal) return refusal;
    const poll = store.polls.find(pollId);
    if (!poll) return refuse('POLL_NOT_FOUND');
    if (poll.endedAt !== null || database.now() >= poll.endsAt) return refuse('POLL_ENDED');
    if (poll.options[option] === undefined) return refuse('OPTION_NOT_FOUND');
    if (store.polls.vote(viewer.id, option)) this.#countsChanged();
    return { ok: true, poll: presentPoll(store.polls.open ?? poll), vote: option };
  }

  /** A poll that has ended stays as it is. */
  end(pollId: string): PollAnswer {
    const { polls } = this.room.store;
    const poll = polls.find(pollId);
    if (!poll) return refuse('POLL_NOT_FOUND');
    return { ok: true, poll: this.#endIf(poll.id === polls.open?.id) ?? presentPoll(poll) };
  }

  /** Ends the poll that runs if its time is over. Safe to repeat. */
  expire(): void {
    const { store, agenda, database } = this.room;
    const { open } = store.polls;
    if (open && database.now() < open.endsAt) agenda.put('poll', open.endsAt);
    else this.#endIf(open !== null);
  }

  /** The room is over. */
  close(): void {
    this.#endIf(this.room.store.polls.open !== null);
  }

  /** Call it when texts may have been hidden or brought back: a poll whose question is hidden ends. */
  refresh(): void {
    const { store } = this.room;
    if (!store.isPrepared) return;
    const { open } = store.polls;
    this.#endIf(open !== null && store.isPollHidden(open.id));
    this.#planReport();
  }

  /** Takes back the vote of a user who is banned, in the poll that runs. */
  withdraw(userId: string): void {
    if (this.room.store.polls.vote(userId, null)) this.#countsChanged();
  }

  /** Before the user's texts are erased. */
  forget(userId: string): void {
    this.withdraw(userId);
    this.#endIf(this.room.store.polls.open?.createdBy === userId);
  }

  /** Only results of streams are kept, not those of a user's room, and none that is hidden here. Safe to repeat. */
  async report(): Promise<void> {
    const { store, database } = this.room;
    const { shown, hidden } = this.#toReport();
    if (!store.setup) return;
    if ((store.setup.kind ?? 'stream') === 'stream') {
      if (shown.length > 0) await recordPolls(database, store.setup.roomId, shown.map(resultOf));
      if (hidden.length > 0) await dropPolls(database, hidden);
    }
    store.polls.markReported(shown, true);
    store.polls.markReported(hidden, false);
    this.#planReport(); // something may have been hidden or brought back while D1 was written
  }

  #planReport(): void {
    const { agenda, database } = this.room;
    const { shown, hidden } = this.#toReport();
    if (shown.length + hidden.length > 0) agenda.putBy('poll-report', database.now());
  }

  /** The results that D1 still lacks, and those that it may no longer keep. */
  #toReport(): { readonly shown: readonly StoredPoll[]; readonly hidden: readonly StoredPoll[] } {
    const { store } = this.room;
    const isHidden = ({ id, createdBy, seq }: StoredPoll) => store.isWithheld(id, createdBy, seq);
    return {
      shown: store.polls.ended(false).filter((poll) => !isHidden(poll)),
      hidden: store.sanctions.withholdsNothing ? [] : store.polls.ended(true).filter(isHidden),
    };
  }

  /** For those who come: the poll that runs, and their own vote. */
  shownTo(viewer: RoomViewer): { readonly poll: Poll | null; readonly vote?: number | null } {
    const { polls } = this.room.store;
    if (!polls.open) return { poll: null };
    return { poll: presentPoll(polls.open), ...(viewer.kind === 'user' ? { vote: polls.voteOf(viewer.id) } : {}) };
  }

  #refuseVoter(viewer: RoomViewer): RoomRefusal | null {
    const { store, database } = this.room;
    const now = database.now();
    if (!store.setup || hasEnded(store.setup)) return refuse('ROOM_CLOSED');
    if (viewer.kind === 'guest') return refuse('GUESTS_CANNOT_VOTE');
    const closed = judgeMaintenance(store.maintenance, viewer, now);
    if (closed) return closed;
    const ban = store.sanctions.findSanction(viewer.id)?.ban;
    if (ban) return { ...refuse('BANNED'), reason: ban.reason };
    const timeOut = store.sanctions.findTimeOut(viewer.id);
    if (!timeOut || timeOut.until <= now) return null;
    return { ...refuse('TIMED_OUT', timeOut.until - now), reason: timeOut.reason };
  }

  #countsChanged(): void {
    const { store, broadcaster } = this.room;
    if (store.polls.open) broadcaster.tellPoll({ type: 'poll-updated', poll: presentPoll(store.polls.open) });
  }

  #endIf(isDue: boolean): Poll | undefined {
    const { store, agenda, broadcaster, database } = this.room;
    const ended = isDue ? store.polls.end(database.now()) : null;
    if (!ended) return undefined;
    broadcaster.tellPoll(null);
    agenda.set('poll', null);
    agenda.put('poll-report', database.now());
    this.#announce('poll-ended', presentPoll(ended));
    return presentPoll(ended);
  }

  #announce(type: 'poll-started' | 'poll-ended', poll: Poll): void {
    const { store, broadcaster, database } = this.room;
    const shown = store.isPollHidden(poll.id) ? withoutQuestion(poll) : poll;
    const body = writeEvent({ type, streamId: store.setup?.roomId ?? '', poll: shown });
    broadcaster.add({ at: database.now(), body });
    broadcaster.flush();
  }
}
