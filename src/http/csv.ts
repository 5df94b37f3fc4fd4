/** A list as a CSV file, made page by page while the client reads, so that no length of it fills the memory. */
import { stringify } from 'csv-stringify/sync';

type Cell = string | number | null;

/**
 * @param pages the rows, a page at a time; each is asked for when the client has taken the one before
 * @param fileName our own words: nothing that a user wrote
 */
export function csvResponse(
  fileName: string,
  header: readonly string[],
  pages: AsyncIterator<readonly (readonly Cell[])[]>,
): Response {
  const encoder = new TextEncoder();
  const encode = (rows: readonly (readonly Cell[])[]) => encoder.encode(toCsv(rows));
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encode([header])),
      pull: async (controller) => {
        const { done, value } = await pages.next();
        if (done) controller.close();
        else controller.enqueue(encode(value));
      },
      cancel: async () => {
        await pages.return?.();
      },
    },
    { highWaterMark: 1 },
  );
  return new Response(body, {
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${fileName}"`,
      'cache-control': 'private, no-store',
    },
  });
}

/** What a viewer wrote may begin with `=`: to a spreadsheet that would be a formula, run with its owner's rights. */
function toCsv(rows: readonly (readonly Cell[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { escape_formulas: true, record_delimiter: '\r\n' },
  );
}
