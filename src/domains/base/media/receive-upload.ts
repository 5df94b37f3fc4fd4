/** Receives an announced file, or a part of one, at a signed URL and streams it to the store a piece at a time. */

import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { verifyToken } from '@/shared/tokens';
import { fileError } from './errors';
import { mediaUploads, type UploadRow } from './tables';
import { partsOf } from './upload-parts';
import { isNoSuchUpload } from './written-file';

/**
 * Stores the whole file or nothing, and only once: a file that may have been inspected is never replaced. Throws
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
    throw fileError('FILE_TYPE_NOT_ALLOWED', { message: `Send the file as ${contentType}, as announced.` });
  const stored = await streamExactly(ctx, bytes, request, (stream) =>
    ctx.files.put(key, stream, { httpMetadata: { contentType }, onlyIf: { etagDoesNotMatch: '*' } }),
  );
  if (!stored) throw alreadySent();
  return new Response(null, { headers: { ETag: stored.httpEtag } });
}

/**
 * May be repeated until the upload is completed; the last one counts. Throws as `receiveUpload` does, except for the
 * type.
 */
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
  if (upload.completedAt !== null) throw fileError('UPLOAD_USED'); // its file may have been deleted since
  return upload;
}

/** Stores the request's body if it has exactly this length. */
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
    // Also reached if the client disconnects, which is not a fault.
    ctx.log.warning('media store', error instanceof Error ? error.message : String(error));
    throw fileError('MEDIA_STORE_UNAVAILABLE');
  });
}

/** Counts the bytes, because a declared length proves nothing. The stream fails if the length is wrong. */
function exactly(bytes: number, body: ReadableStream<Uint8Array>) {
  let sent = 0;
  let differs = false;
  const breakOff = (controller: TransformStreamDefaultController) => {
    differs = true;
    controller.error(new Error('The length differs from the announced one'));
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
  // NOTE: R2 only accepts a stream of known length.
  const stream = body.pipeThrough(counter, { preventCancel: true }).pipeThrough(new FixedLengthStream(bytes));
  return { stream, differs: () => differs };
}

const sizeDiffers = (bytes: number) =>
  fileError('UPLOAD_SIZE_DIFFERS', { message: `Send exactly the announced ${bytes} bytes.` });

const alreadySent = () => fileError('UPLOAD_USED', { message: 'The file has already been sent.' });
