/** Request bodies that must stay byte for byte as sent, because a signature covers them. */
import { httpError } from './errors';

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
