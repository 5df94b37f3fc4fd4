/** Takes an announced file or a part of one by a signed URL and streams it to the store: never more than a piece is held. */

import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { verifyToken } from '@/shared/tokens';
import { fileError } from './errors';
import type { UploadRow } from './tables';
import { mediaUploads } from './tables';
import { partsOf } from './upload-parts';
import { isNoSuchUpload } from './written-file';

/**
 * The whole file is stored or none of it, and once: nothing takes the place of what may have been looked at. Throws
 * UPLOAD_NOT_FOUND, UPLOAD_USED, FILE_TYPE_NOT_ALLOWED, UPLOAD_SIZE_DIFFERS, MEDIA_STORE_UNAVAILABLE.
 */
export async function receiveUpload(
  ctx: Context,
  id: string,
  request: Request,
  token: string | undefined,
): Promise<Response> {
  const { key, contentType, bytes, uploadId } = await getUpload(ctx, id, token);
  if (uploadId !== null) throw fileError('UPLOAD_NOT_FOUND'); // it has parts
  if (request.headers.get('content-type') !== contentType)
    throw fileError('FILE_TYPE_NOT_ALLOWED', { message: `Send it as ${contentType}, as it was announced.` });
  const stored = await streamExactly(ctx, bytes, request, (stream) =>
    ctx.files.put(key, stream, { httpMetadata: { contentType }, onlyIf: { etagDoesNotMatch: '*' } }),
  );
  if (!stored) throw alreadySent();
  return new Response(null, { headers: { ETag: stored.httpEtag } });
}

/** May be repeated until the upload is completed: the last one counts. Throws what `receiveUpload` does but for the type. */
export async function receivePart(
  ctx: Context,
  id: string,
  partNumber: string,
  request: Request,
  token: string | undefined,
): Promise<Response> {
  const upload = await getUpload(ctx, id, token);
  const { key, uploadId } = upload;
  const part = partsOf(upload).find((one) => String(one.partNumber) === partNumber);
  if (uploadId === null || !part) throw fileError('UPLOAD_NOT_FOUND');
  const { etag } = await streamExactly(ctx, part.bytes, request, (stream) =>
    ctx.files.resumeMultipartUpload(key, uploadId).uploadPart(part.partNumber, stream),
  );
  return new Response(null, { headers: { ETag: `"${etag}"` } });
}

async function getUpload(ctx: Context, id: string, token: string | undefined): Promise<UploadRow> {
  const claims = token ? await verifyToken(ctx.config.keys, 'upload', token, ctx.now()) : undefined;
  if (claims?.upload !== id) throw fileError('UPLOAD_NOT_FOUND');
  const upload = await ctx.db.select().from(mediaUploads).where(eq(mediaUploads.id, id)).get();
  if (!upload || upload.expiresAt <= ctx.now()) throw fileError('UPLOAD_NOT_FOUND');
  if (upload.completedAt !== null) throw fileError('UPLOAD_USED'); // and what it made may have been deleted since
  return upload;
}

/** Stores the request's body if it has that length. */
async function streamExactly<T>(
  ctx: Context,
  bytes: number,
  { headers, body }: Request,
  store: (stream: ReadableStream) => Promise<T>,
): Promise<T> {
  const declared = headers.get('content-length');
  if (!body || (declared !== null && Number(declared) !== bytes)) throw sizeDiffers(bytes);
  const { stream, differs } = exactly(bytes, body);
  return store(stream).catch((error) => {
    if (differs()) throw sizeDiffers(bytes);
    if (isNoSuchUpload(error)) throw alreadySent();
    // A sender who hung up ends here too, and is no fault.
    ctx.log.warning('media store', error instanceof Error ? error.message : String(error));
    throw fileError('MEDIA_STORE_UNAVAILABLE');
  });
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
  const stream = body.pipeThrough(counter, { preventCancel: true }).pipeThrough(new FixedLengthStream(bytes));
  return { stream, differs: () => differs };
}

const sizeDiffers = (bytes: number) =>
  fileError('UPLOAD_SIZE_DIFFERS', { message: `Send the ${bytes} bytes that were announced.` });

const alreadySent = () => fileError('UPLOAD_USED', { message: 'The file has already been sent.' });
