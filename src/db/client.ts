/** Drizzle over D1. There is one transaction: `db.batch`, which `commit` wraps. */
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1';
import * as tables from './tables';

export type Database = DrizzleD1Database<typeof tables>;

export function openDatabase(d1: D1Database): Database {
  return drizzle(d1, { schema: tables });
}
