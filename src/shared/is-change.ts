/** For requests that may change nothing: then nothing is written, logged or sent. */

/**
 * Whether any of these values differs from the row's. Skips `undefined`, which was not sent. Compares lists by items.
 */
export function isChange<Row extends object>(row: Row, sent: Partial<Row>): boolean {
  return Object.entries(sent).some(
    ([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(row[name as keyof Row]),
  );
}
