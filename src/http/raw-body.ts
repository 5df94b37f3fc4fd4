/** Bodies that must stay as they came, because a signature covers their bytes. */
import { httpError } from './errors';

/** Reads to the end, or to the byte too many: nothing larger is ever held. Throws BODY_TOO_LARGE. */
export async function readRawText(request: Request, bytesMax: number): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) throw httpError('BODY_TOO_LARGE');
  const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }); // a mark that is dropped would change the hash
  let text = '';
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw httpError('BODY_TOO_LARGE'); // leaving the loop cancels the stream
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
