/** Takes an announced file by a signed URL and streams it to the store: no more than a piece of it is ever held. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/context';
import { verifyToken } from '@/shared/tokens';
import { fileError } from './errors';
import { mediaUploads } from './tables';

/**
 * The whole file is stored or none of it, and once: nothing takes the place of what may have been looked at. Throws
 * UPLOAD_NOT_FOUND, UPLOAD_USED, FILE_TYPE_NOT_ALLOWED, UPLOAD_SIZE_DIFFERS, MEDIA_STORE_UNAVAILABLE.
 */
export async function receiveUpload(
  ctx: Context,
  uploadId: string,
  request: Request,
  token: string | undefined,
): Promise<Response> {
  const claims = token ? await verifyToken(ctx.config.keys, 'upload', token, ctx.now()) : undefined;
  if (claims?.upload !== uploadId) throw fileError('UPLOAD_NOT_FOUND');
  const upload = await ctx.db.select().from(mediaUploads).where(eq(mediaUploads.id, uploadId)).get();
  if (!upload || upload.expiresAt <= ctx.now()) throw fileError('UPLOAD_NOT_FOUND');
  if (upload.completedAt !== null) throw fileError('UPLOAD_USED'); // and what it made may have been deleted since
  const { key, contentType, bytes } = upload;
  if (request.headers.get('content-type') !== contentType)
    throw fileError('FILE_TYPE_NOT_ALLOWED', { message: `Send it as ${contentType}, as it was announced.` });
  const declared = request.headers.get('content-length');
  if (!request.body || (declared !== null && Number(declared) !== bytes)) throw sizeDiffers(bytes);

  const { stream, differs } = exactly(bytes, request.body);
  const stored = await ctx.files
    .put(key, stream, { httpMetadata: { contentType }, onlyIf: { etagDoesNotMatch: '*' } })
    .catch((error) => {
      if (differs()) throw sizeDiffers(bytes);
      // A sender who hung up ends here too, and is no fault.
      ctx.log.warning('media store', error instanceof Error ? error.message : String(error));
      throw fileError('MEDIA_STORE_UNAVAILABLE');
    });
  if (!stored) throw fileError('UPLOAD_USED', { message: 'The file has been sent.' });
  return new Response(null, { headers: { ETag: stored.httpEtag } });
}

/** The length that a client declares is a claim: the bytes are counted as well, and the stream breaks at a wrong one. */
function exactly(bytes: number, body: ReadableStream<Uint8Array>) {
  let sent = 0;
  let differs = false;
  const breakOff = (controller: TransformStreamDefaultController) => {
    differs = true;
    controller.error(new Error('Another length than was announced'));
  };
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      sent += chunk.byteLength;
      if (sent > bytes) breakOff(controller);
      else controller.enqueue(chunk);
    },
    flush(controller) {
      if (sent !== bytes) breakOff(controller);
    },
  });
  // R2 takes a stream of a known length alone.
  const stream = body.pipeThrough(counter).pipeThrough(new FixedLengthStream(bytes));
  return { stream, differs: () => differs };
}

const sizeDiffers = (bytes: number) =>
  fileError('UPLOAD_SIZE_DIFFERS', { message: `Send the ${bytes} bytes that were announced.` });
