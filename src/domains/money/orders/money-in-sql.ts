/** The arithmetic of `money-of-order.ts` in SQL, for the proof and for batches. */
import { type SQL, sql } from 'drizzle-orm';

/**
 * floor(part × of ÷ whole), for amounts up to 4 × 10^12. Their product does not fit into SQLite's 64 bits, so `of` is
 * split into its upper and lower 20 bits, as in a long division. NOTE: each argument appears several times.
 */
export function shareInSql(part: SQL, of: SQL, whole: SQL): SQL<number> {
  const upper = sql`(${part} * (${of} >> 20))`;
  return sql<number>`((${upper} / ${whole} << 20) + ((${upper} % ${whole} << 20) + ${part} * (${of} & 1048575)) / ${whole})`;
}
