/** Rows of the object's SQLite, as objects. */
export type Row = Record<string, SqlStorageValue>;

export function rowsOf<R extends Row = Row>(sql: SqlStorage, query: string, ...bindings: SqlStorageValue[]): R[] {
  return sql.exec<R>(query, ...bindings).toArray();
}
