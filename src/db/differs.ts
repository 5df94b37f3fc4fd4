/** For writes that skip a row if they would change nothing. */
import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/** Holds for rows in which one of these columns has another value. Ignores columns that are `undefined`. */
export function differs<Table extends SQLiteTable>(
  table: Table,
  values: { readonly [Column in keyof Table['$inferSelect']]?: unknown },
): SQL {
  const columns = getTableColumns(table);
  const differences = Object.entries(values).flatMap(([name, value]) => {
    const column = columns[name];
    return column && value !== undefined ? [sql`${column} IS NOT ${sql.param(value, column)}`] : [];
  });
  return differences.length === 0 ? sql`false` : sql`(${sql.join(differences, sql` OR `)})`;
}
