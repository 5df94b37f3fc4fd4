/**
 * Polls in the room's storage: at most one that runs, with a vote for each person. Who voted for what is deleted when it
 * ends; the counts stay. While it runs, the counts are also in memory, so a vote reads and writes one row.
 */
import { POLL_OPTIONS, type Poll, type PollResult } from '@/contracts/poll';
import { toIso, toIsoOrNull } from '@/shared/time';
import { type Row, rowsOf } from './sql';

/** Times are milliseconds. */
export interface StoredPoll {
  readonly id: string;
  /** The number of the event with which it began. */
  readonly seq: number;
  readonly createdBy: string;
  readonly question: string;
  readonly options: readonly string[];
  readonly startedAt: number;
  readonly endsAt: number;
  /** Null while it runs. */
  readonly endedAt: number | null;
  readonly votes: readonly number[];
}

type PollRow = Row & {
  id: string;
  seq: number;
  createdBy: string;
  question: string;
  options: string;
  startedAt: number;
  endsAt: number;
  endedAt: number | null;
  votes: string | null;
};

const COLUMNS = `id, seq, created_by AS createdBy, question, options, started_at AS startedAt, ends_at AS endsAt,
  ended_at AS endedAt, votes`;
/** The events that show a poll. */
const SHOWN = `user_id IS NULL AND body ->> '$.type' IN ('poll-started', 'poll-ended')`;

export class PollStore {
  #open: StoredPoll | null = null;

  constructor(private readonly sql: SqlStorage) {}

  /** Requires that the tables exist. */
  load(): void {
    const [row] = this.#read('ended_at IS NULL');
    this.#open = row ? { ...pollOf(row), votes: this.#count(row) } : null;
  }

  /** The poll that runs. */
  get open(): StoredPoll | null {
    return this.#open;
  }

  find(id: string): StoredPoll | undefined {
    if (this.#open?.id === id) return this.#open;
    return this.#read('id = ?1', id).map(pollOf)[0];
  }

  get count(): number {
    return rowsOf<{ count: number }>(this.sql, 'SELECT count(*) AS count FROM polls')[0]?.count ?? 0;
  }

  start(poll: Omit<StoredPoll, 'endedAt' | 'votes'>): StoredPoll {
    const { id, seq, createdBy, question, options, startedAt, endsAt } = poll;
    this.sql.exec(
      `INSERT INTO polls (id, seq, created_by, question, options, started_at, ends_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
      ...[id, seq, createdBy, question, JSON.stringify(options), startedAt, endsAt],
    );
    this.#open = { ...poll, endedAt: null, votes: options.map(() => 0) };
    return this.#open;
  }

  /** In the poll that runs. Returns whether it changed. @param option null takes the vote back */
  vote(userId: string, option: number | null): boolean {
    const poll = this.#open;
    if (!poll) return false;
    const before = this.voteOf(userId);
    if (before === option) return false;
    if (option === null) this.sql.exec('DELETE FROM poll_votes WHERE poll_id = ?1 AND user_id = ?2', poll.id, userId);
    else
      this.sql.exec(
        'INSERT OR REPLACE INTO poll_votes (poll_id, user_id, option) VALUES (?1, ?2, ?3)',
        ...[poll.id, userId, option],
      );
    const votes = poll.votes.map((count, at) => count + Number(at === option) - Number(at === before));
    this.#open = { ...poll, votes };
    return true;
  }

  /** In the poll that runs; null if they have not voted. */
  voteOf(userId: string): number | null {
    if (!this.#open) return null;
    const query = 'SELECT option FROM poll_votes WHERE poll_id = ?1 AND user_id = ?2';
    return rowsOf<{ option: number }>(this.sql, query, this.#open.id, userId)[0]?.option ?? null;
  }

  /** Ends the poll that runs. */
  end(at: number): StoredPoll | null {
    const poll = this.#open && { ...this.#open, endedAt: at };
    if (!poll) return null;
    const query = 'UPDATE polls SET ended_at = ?2, votes = ?3 WHERE id = ?1';
    this.sql.exec(query, poll.id, at, JSON.stringify(poll.votes));
    this.sql.exec('DELETE FROM poll_votes WHERE poll_id = ?1', poll.id);
    this.#open = null;
    return poll;
  }

  /** Those that have ended, without those whose texts were erased. @param areReported whether D1 has them */
  ended(areReported: boolean): StoredPoll[] {
    const condition = `ended_at IS NOT NULL AND question <> '' AND is_reported = ${Number(areReported)}`;
    return this.#read(condition).map(pollOf);
  }

  /** @param areReported whether D1 has them now */
  markReported(polls: readonly Pick<StoredPoll, 'id'>[], areReported: boolean): void {
    const query = 'UPDATE polls SET is_reported = ?2 WHERE id IN (SELECT value FROM json_each(?1))';
    this.sql.exec(query, JSON.stringify(polls.map(({ id }) => id)), Number(areReported));
  }

  /** Erases the question and options of polls that the user started, wherever they stand. None of them may run. */
  eraseTextsOf(userId: string): void {
    const texts = Array.from({ length: POLL_OPTIONS.max }, (_, at) => `'$.poll.options[${at}].text', ''`).join(', ');
    this.sql.exec(
      `UPDATE events SET body = json_replace(body, '$.poll.question', '', ${texts})
       WHERE ${SHOWN} AND body ->> '$.poll.id' IN (SELECT id FROM polls WHERE created_by = ?1)`,
      userId,
    );
    this.sql.exec(
      `UPDATE polls SET question = '', is_reported = 1,
         options = (SELECT json_group_array('') FROM json_each(options)) WHERE created_by = ?1`,
      userId,
    );
  }

  #read(condition: string, ...bindings: string[]): PollRow[] {
    return rowsOf<PollRow>(this.sql, `SELECT ${COLUMNS} FROM polls WHERE ${condition} ORDER BY id`, ...bindings);
  }

  #count({ id, options }: PollRow): number[] {
    const query = 'SELECT option, count(*) AS votes FROM poll_votes WHERE poll_id = ?1 GROUP BY option';
    const rows = rowsOf<{ option: number; votes: number }>(this.sql, query, id);
    const counts = new Map(rows.map(({ option, votes }) => [option, votes]));
    return (JSON.parse(options) as string[]).map((_, at) => counts.get(at) ?? 0); // as stored
  }
}

function pollOf({ options, votes, ...row }: PollRow): StoredPoll {
  return { ...row, options: JSON.parse(options), votes: JSON.parse(votes ?? '[]') };
}

/** A poll that has ended, as D1 keeps it. */
export function resultOf({ seq: _, options, votes, endedAt, ...poll }: StoredPoll): PollResult {
  return {
    ...poll,
    options: options.map((text, at) => ({ text, votes: votes[at] ?? 0 })),
    endedAt: endedAt ?? poll.endsAt,
  };
}

export function presentPoll({ options, votes, startedAt, endsAt, endedAt, ...poll }: StoredPoll): Poll {
  const { id, question } = poll;
  return {
    ...{ id, question },
    options: options.map((text, at) => ({ id: at, text, votes: votes[at] ?? 0 })),
    totalVotes: votes.reduce((sum, count) => sum + count, 0),
    ...{ startedAt: toIso(startedAt), endsAt: toIso(endsAt), endedAt: toIsoOrNull(endedAt) },
  };
}
