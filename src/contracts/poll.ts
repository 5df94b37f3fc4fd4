/** A poll in a room: its bounds, and what everyone sees of it. */
import type { z } from '@hono/zod-openapi';
import type { PollShape } from './room-events/chat';

/** The only running one of its room, or one that has ended. */
export type Poll = Readonly<z.infer<typeof PollShape>>;

export interface NewPoll {
  readonly question: string;
  readonly options: readonly string[];
  readonly seconds: number;
}

export const POLL_OPTIONS = { min: 2, max: 5 } as const;
export const POLL_SECONDS = { min: 15, max: 30 * 60 } as const;

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
