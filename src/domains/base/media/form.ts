/**
 * Reads a multipart form while it arrives. Keeps its fields, and passes each file on as a stream, one after another.
 * Reads the body only as fast as the consumer of the current file asks for it.
 */
import type { z } from '@hono/zod-openapi';
import { type AppError, httpError } from '@/http/errors';
import { readTexts } from '@/http/fold-ids';
import { invalid, parse } from '@/http/validation';
import { fileError } from './errors';
import { type Head, type MultipartParser, openMultipart, readHeaderValue, type Token } from './multipart';

/** Everything outside files combined: delimiters, part heads, fields, and text before and after the parts. */
const FORM_OVERHEAD_BYTES = 32 * 1_024;
const PIECE_BYTES = 64 * 1_024;
const FIELDS_MAX = 32;
const FIELD_BYTES_MAX = 16 * 1_024;

interface Form<F extends z.ZodType, T> {
  /** The form's name for its files, or several. */
  field: string | readonly string[];
  filesMax: number;
  /** Bytes of all files combined; `takeFile` limits each file. */
  bytesMax: number;
  /** Reads `content` to its end, or throws. */
  takeFile: (content: AsyncIterable<Uint8Array>, fileName: string, field: string) => Promise<T>;
  /** The other fields of the form. */
  fields: F;
  /** Fields that may be repeated and are read as lists. */
  lists?: readonly string[];
}

/**
 * Returns the results of `takeFile` in the form's order, and the fields, wherever they were in the form. Throws
 * WRONG_CONTENT_TYPE, UPLOAD_MALFORMED, BODY_TOO_LARGE, VALIDATION_FAILED, and what `takeFile` throws.
 */
export async function receiveForm<F extends z.ZodType, T>(
  request: Request,
  { field, filesMax, bytesMax, takeFile, fields, lists = [] }: Form<F, T>,
): Promise<{ files: T[]; fields: z.output<F> }> {
  const fileFields = typeof field === 'string' ? [field] : field;
  const parser = openMultipart(boundaryOf(request));
  const bodyBytesMax = bytesMax + FORM_OVERHEAD_BYTES;
  if (Number(request.headers.get('content-length') ?? 0) > bodyBytesMax) throw tooLarge(bodyBytesMax);
  const texts: [name: string, text: string][] = [];
  const files: T[] = [];
  let parts = 0;

  const tokens = tokensOf(request.body, parser, bodyBytesMax);
  for await (const token of tokens) {
    if (token.type !== 'head') continue;
    parts += 1;
    // An empty file input is also a part, but neither a field nor a file.
    if (parts > FIELDS_MAX + filesMax + 1)
      throw invalid('', `there are at most ${FIELDS_MAX} fields and ${filesMax} files`);
    const { head } = token;
    if (!head) continue;
    if (head.fileName === undefined) texts.push([head.name, await takeField(head)]);
    else if (head.fileName === '') await skipEmptyInput(head);
    else files.push(await takeNamedFile(head.name, head.fileName));
  }
  return { files, fields: parseFields(fields, texts, lists) };

  async function takeField({ name, charset }: Head): Promise<string> {
    if (texts.length === FIELDS_MAX) throw invalid('', `there are at most ${FIELDS_MAX} fields`);
    if (fileFields.includes(name)) throw invalid(name, 'must be a file, sent as a part with a file name');
    if (!lists.includes(name) && texts.some(([other]) => other === name)) throw invalid(name, 'must be sent only once');
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of contentOf(tokens)) {
      bytes += piece.length;
      if (bytes > FIELD_BYTES_MAX) throw tooLarge(FIELD_BYTES_MAX, 'A field');
      pieces.push(piece);
    }
    return decode(Buffer.concat(pieces), charset);
  }

  /** Browsers send an empty file input as a part with neither a file name nor content. */
  async function skipEmptyInput({ name }: Head): Promise<void> {
    for await (const _piece of contentOf(tokens)) throw invalid(name, 'must have a file name');
  }

  async function takeNamedFile(name: string, fileName: string): Promise<T> {
    if (!fileFields.includes(name)) throw invalid(fileFields.join(', '), 'must be the name of every file part');
    if (files.length === filesMax) throw invalid(name, `must be at most ${filesMax} files`);
    return takeFile(contentOf(tokens), fileName, name);
  }
}

function tooLarge(bytesMax: number, what = 'The body'): AppError {
  return httpError('BODY_TOO_LARGE', { message: `${what} is larger than ${bytesMax} bytes.` });
}

function boundaryOf(request: Request): string {
  const contentType = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(contentType))
    throw httpError('WRONG_CONTENT_TYPE', { message: 'The body must be multipart/form-data with a boundary.' });
  const boundary = readHeaderValue(contentType).parameters.get('boundary');
  if (!boundary) throw fileError('UPLOAD_MALFORMED');
  return boundary;
}

/** Throws BODY_TOO_LARGE as soon as the body breaks a limit, and UPLOAD_MALFORMED if it ends before the form does. */
async function* tokensOf(
  body: ReadableStream<Uint8Array> | null,
  parser: MultipartParser,
  bytesMax: number,
): AsyncGenerator<Token, void> {
  let bytes = 0;
  let bytesInFiles = 0;
  let isFile = false;
  for await (const piece of body ? piecesOf(body) : []) {
    bytes += piece.length;
    if (bytes > bytesMax) throw tooLarge(bytesMax); // a client's Content-Length proves nothing
    for (const token of parser.read(piece)) {
      if (token.type === 'head') isFile = Boolean(token.head?.fileName);
      if (token.type === 'bytes' && isFile) bytesInFiles += token.bytes.length;
      yield token;
    }
    if (bytes - bytesInFiles > FORM_OVERHEAD_BYTES) throw tooLarge(FORM_OVERHEAD_BYTES, 'Everything outside of files');
  }
  if (!parser.isClosed()) throw fileError('UPLOAD_MALFORMED');
}

/**
 * Cuts the body into large pieces. It arrives in thousands of small ones, each of which would cost as much as a large
 * one. If reading stops early, the rest stays readable, because the response waits for it (http/drain.ts). Throws
 * UPLOAD_MALFORMED if the client disconnects.
 */
async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader({ mode: 'byob' });
  const read = () =>
    reader.readAtLeast(PIECE_BYTES, new Uint8Array(PIECE_BYTES)).catch(() => {
      throw fileError('UPLOAD_MALFORMED');
    });
  try {
    for (;;) {
      const { done, value } = await read();
      if (value && value.length > 0) yield value;
      if (done) return;
    }
  } finally {
    reader.releaseLock();
  }
}

/** Reads the current part to its end, and leaves later tokens to the next reader. */
async function* contentOf(tokens: AsyncGenerator<Token, void>): AsyncGenerator<Uint8Array, void> {
  for (let next = await tokens.next(); !next.done && next.value.type !== 'end'; next = await tokens.next())
    if (next.value.type === 'bytes') yield next.value.bytes;
}

/** Treats an unknown encoding as UTF-8. */
function decode(bytes: Uint8Array, charset: string): string {
  const options = { fatal: false, ignoreBOM: true };
  try {
    return new TextDecoder(charset, options).decode(bytes);
  } catch {
    return new TextDecoder('utf-8', options).decode(bytes);
  }
}

/** Throws VALIDATION_FAILED. */
function parseFields<F extends z.ZodType>(
  fields: F,
  texts: readonly [name: string, text: string][],
  lists: readonly string[],
): z.output<F> {
  const all = (name: string) => texts.filter(([other]) => other === name).map(([, text]) => text);
  return parse(
    fields,
    readTexts(Object.fromEntries(texts.map(([name, text]) => [name, lists.includes(name) ? all(name) : text]))),
  );
}
