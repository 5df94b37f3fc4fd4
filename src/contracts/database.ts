/** Drizzle over D1. `db/client.ts` opens it. */
import type { BatchItem } from 'drizzle-orm/batch';
import type { DrizzleD1Database } from 'drizzle-orm/d1';

export type Database = DrizzleD1Database;

/** A statement for a batch. */
export type Statement = BatchItem<'sqlite'>;
