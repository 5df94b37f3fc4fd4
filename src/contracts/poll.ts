/** A poll in a room: its bounds, and what everyone sees of it. */

/** The only running one of its room, or one that has ended. */
export interface Poll {
  readonly id: string;
  readonly question: string;
  /** Each by its place, from 0. */
  readonly options: readonly { readonly id: number; readonly text: string; readonly votes: number }[];
  readonly totalVotes: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endsAt: string;
  /** Null while it runs. */
  readonly endedAt: string | null;
}

export interface NewPoll {
  readonly question: string;
  readonly options: readonly string[];
  readonly seconds: number;
}

export const POLL_OPTIONS = { min: 2, max: 5 } as const;
export const POLL_SECONDS = { min: 15, max: 30 * 60 } as const;

/** The counts of a running poll, at most once a second. Never stored, and without a seq. */
export interface PollUpdated {
  readonly type: 'poll-updated';
  readonly poll: Poll;
}

/** A poll that has ended, as D1 keeps it. Times are milliseconds. */
export interface PollResult {
  readonly id: string;
  readonly createdBy: string;
  readonly question: string;
  readonly options: readonly { readonly text: string; readonly votes: number }[];
  readonly startedAt: number;
  readonly endsAt: number;
  readonly endedAt: number;
}
