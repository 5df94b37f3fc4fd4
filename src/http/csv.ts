/** Streams a list as a CSV file, page by page as the client reads, so that a long list never fills the memory. */
import { stringify } from 'csv-stringify/sync';

type Cell = string | number | null;

/**
 * @param pages the rows, a page at a time; the next page is requested once the client has read the last one
 * @param fileName written by us: nothing that a user typed
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

/** Escapes text such as `=…`, which a spreadsheet would run as a formula with its owner's rights. */
function toCsv(rows: readonly (readonly Cell[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { escape_formulas: true, record_delimiter: '\r\n' },
  );
}
