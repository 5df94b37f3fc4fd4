/** For a request that may say what is so already: then nothing is written, logged or told. */

/** Whether a row says anything else than this. What is `undefined` was not sent; lists are compared by what they hold. */
export function isChange<Row extends object>(row: Row, sent: Partial<Row>): boolean {
  return Object.entries(sent).some(
    ([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(row[name as keyof Row]),
  );
}
