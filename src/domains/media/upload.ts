/** Reads files, and the words beside them, out of a multipart form; never more of the body than they may have. */
import { z } from '@hono/zod-openapi';
import { AppError, httpError } from '@/http/errors';
import { fileError } from './errors';

/** Boundaries, part headers and the few fields beside the file. */
const FORM_OVERHEAD_BYTES = 16 * 1_024;

interface UploadForm<F extends z.ZodType> {
  /** The form's name for the file. */
  field: string;
  bytesMax: number;
  /** What else the form may hold. */
  fields: F;
}

export interface Upload<T> {
  bytes: Uint8Array;
  fields: T;
}

/** Throws WRONG_CONTENT_TYPE, UPLOAD_MALFORMED, BODY_TOO_LARGE, FILE_TOO_LARGE, VALIDATION_FAILED. */
export async function readUpload<F extends z.ZodType = z.ZodObject>(
  request: Request,
  { field, bytesMax, fields: shape }: Omit<UploadForm<F>, 'fields'> & Partial<Pick<UploadForm<F>, 'fields'>>,
): Promise<Upload<z.output<F>>> {
  const form = await readForm(request, bytesMax + FORM_OVERHEAD_BYTES);
  const [file, ...others] = form.getAll(field);
  if (!(file instanceof File) || others.length > 0)
    throw invalid([{ path: field, message: 'must be one file, sent as a part with a file name' }]);
  if (file.size > bytesMax)
    throw fileError('FILE_TOO_LARGE', { message: `The file is larger than ${bytesMax} bytes.` });
  form.delete(field);
  const words = (shape ?? z.strictObject({})).safeParse(Object.fromEntries(form));
  if (!words.success) throw invalid(words.error.issues.flatMap(detailsOf));
  return { bytes: new Uint8Array(await file.arrayBuffer()), fields: words.data as z.output<F> }; // `shape` parsed it
}

interface UploadsForm<F extends z.ZodType> extends UploadForm<F> {
  /** How many files the form may have under that name; it may have none. */
  filesMax: number;
  /** Of all together: the form is held in memory. `bytesMax` is each file's. */
  formBytesMax: number;
  /** Fields that may come more than once, and are read as lists. */
  lists: readonly string[];
}

/** Several files at once, unread. Throws as `readUpload` does. */
export async function readUploads<F extends z.ZodType>(
  request: Request,
  { field, filesMax, bytesMax, formBytesMax, lists, fields: shape }: UploadsForm<F>,
): Promise<{ files: File[]; fields: z.output<F> }> {
  const form = await readForm(request, formBytesMax + FORM_OVERHEAD_BYTES);
  const files = form.getAll(field).filter((part) => part instanceof File);
  if (files.length < form.getAll(field).length)
    throw invalid([{ path: field, message: 'must be files, each sent as a part with a file name' }]);
  if (files.length > filesMax) throw invalid([{ path: field, message: `must be at most ${filesMax} files` }]);
  if (files.some(({ size }) => size > bytesMax))
    throw fileError('FILE_TOO_LARGE', { message: `A file is larger than ${bytesMax} bytes.` });
  form.delete(field);
  const words = shape.safeParse(
    Object.fromEntries([...form].map(([name, value]) => [name, lists.includes(name) ? form.getAll(name) : value])),
  );
  if (!words.success) throw invalid(words.error.issues.flatMap(detailsOf));
  return { files, fields: words.data };
}

async function readForm(request: Request, bytesMax: number): Promise<FormData> {
  const contentType = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(contentType))
    throw httpError('WRONG_CONTENT_TYPE', { message: 'The body must be multipart/form-data.' });
  const tooLarge = httpError('BODY_TOO_LARGE', { message: `The body is larger than ${bytesMax} bytes.` });
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) throw tooLarge;
  // The length that a client declares is a claim: the bytes are counted as well.
  let bytes = 0;
  const counted = request.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > bytesMax) controller.error(tooLarge);
        else controller.enqueue(chunk);
      },
    }),
  );
  try {
    return await new Response(counted ?? null, { headers: { 'content-type': contentType } }).formData();
  } catch (error) {
    if (error instanceof AppError || bytes > bytesMax) throw tooLarge;
    throw fileError('UPLOAD_MALFORMED');
  }
}

function detailsOf(issue: z.core.$ZodIssue): { path: string; message: string }[] {
  return issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ path: key, message: 'is not known here' }))
    : [{ path: issue.path.join('.'), message: issue.message }];
}

function invalid(details: { path: string; message: string }[]): AppError {
  return httpError('VALIDATION_FAILED', { details });
}
