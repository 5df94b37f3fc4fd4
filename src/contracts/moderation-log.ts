/** A room's moderation log: who did what to whom. Rooms store it, so its names never change. */

/** `delete-messages`, `restore-messages`: a decision of staff about everything that the user wrote in the room. */
export const LOGGED_ACTIONS = [
  'timeout',
  'end-timeout',
  'kick',
  'ban',
  'unban',
  'delete-message',
  'restore-message',
  'delete-messages',
  'restore-messages',
  'allow-held',
  'drop-held',
] as const;
export type LoggedAction = (typeof LOGGED_ACTIONS)[number];

export interface ModerationAct {
  readonly action: LoggedAction;
  /** Null for a decision of staff, whose names stay with the platform. */
  readonly by: string | null;
  readonly userId?: string | null;
  /** The guest who was kicked: a guest has no account. */
  readonly guestId?: string | null;
  readonly messageId?: string | null;
  /** What the message or the gift said. */
  readonly text?: string | null;
  readonly reason?: string | null;
  /** Milliseconds: when a time-out ends. */
  readonly until?: number | null;
}

export type ModerationEntry = {
  /** Rising within the room. */
  readonly id: number;
  readonly at: number;
} & { readonly [Field in keyof Required<ModerationAct>]: Exclude<ModerationAct[Field], undefined> };
