/** Request bodies that a handler reads itself: byte for byte because a signature covers them, or one of several kinds. */
import { httpError } from './errors';
import { readTexts } from './fold-ids';
import { requireFewValues } from './validation';

export const JSON_BODY_BYTES_MAX = 256 * 1_024;

/** For an endpoint that takes a form or JSON. Throws BODY_TOO_LARGE, MALFORMED_JSON. */
export async function readJsonBody(request: Request): Promise<unknown> {
  return checkJson(async () => JSON.parse(await readRawText(request, JSON_BODY_BYTES_MAX)));
}

/** What every JSON body goes through before its shape is checked: it is no giant, and its texts can be read. */
export async function checkJson(read: () => Promise<unknown>): Promise<unknown> {
  try {
    const body = await read();
    requireFewValues(body);
    return readTexts(body);
  } catch (error) {
    if (error instanceof SyntaxError) throw httpError('MALFORMED_JSON');
    throw error;
  }
}

/** Reads at most `bytesMax` bytes into memory. Throws BODY_TOO_LARGE. */
export async function readRawText(request: Request, bytesMax: number): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) throw httpError('BODY_TOO_LARGE');
  const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }); // dropping a BOM would change the hash
  let text = '';
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw httpError('BODY_TOO_LARGE'); // leaving the loop cancels the stream
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
