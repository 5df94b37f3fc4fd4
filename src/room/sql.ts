/** Rows of the object's SQLite, as objects. */
import type { HeldReason } from '@/contracts/chat-rules';

export type Row = Record<string, SqlStorageValue>;

export function rowsOf<R extends Row = Row>(sql: SqlStorage, query: string, ...bindings: SqlStorageValue[]): R[] {
  return sql.exec<R>(query, ...bindings).toArray();
}

/** Replaces a deleted user's name, as in D1. */
export const GONE = { username: 'deleted', displayName: 'Deleted user' } as const;

/** The columns of a message. */
export interface MessageKey {
  readonly id: string;
  readonly userId: string;
  readonly clientId: string;
}

export interface NewEvent {
  readonly at: number;
  readonly body: string;
  readonly message?: MessageKey;
}

export interface StoredEvent {
  readonly seq: number;
  readonly body: string;
}

export interface StoredMessage {
  /** Null while it waits for its release. */
  readonly seq: number | null;
  readonly body: string;
  /** Why it waits, or waited until it was dropped. */
  readonly reason: HeldReason | null;
}
