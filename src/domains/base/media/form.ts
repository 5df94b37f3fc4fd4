/**
 * Reads a multipart form as it comes: words are kept, a file is handed on while it is on its way, one after another.
 * No more of the body is read than whoever takes the file has taken.
 */
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import type { z } from '@hono/zod-openapi';
import { AppError, httpError } from '@/http/errors';
import { invalid, parse } from '@/http/validation';
import { fileError } from './errors';

/**
 * Everything outside of files together: boundaries, part headers, fields, and what comes before and after the parts.
 */
const FORM_OVERHEAD_BYTES = 32 * 1_024;
const PIECE_BYTES = 64 * 1_024;
const FIELDS_MAX = 32;
const FIELD_BYTES_MAX = 16 * 1_024;
const PART_HEADER_BYTES_MAX = 4 * 1_024;
const PART_HEADERS_MAX = 16;

interface Form<F extends z.ZodType, T> {
  /** The form's name for its files. */
  field: string;
  filesMax: number;
  /** Of all files together; each one's is for `takeFile` to see to. */
  bytesMax: number;
  takeFile: (content: AsyncIterable<Uint8Array>) => Promise<T>;
  /** What else the form may hold. */
  fields: F;
  /** Fields that may come more than once, and are read as lists. */
  lists?: readonly string[];
}

/**
 * What was made of the files, in the form's order, and the words, wherever they stood. When this throws, nothing of
 * the form is being worked on any more. Throws WRONG_CONTENT_TYPE, UPLOAD_MALFORMED, BODY_TOO_LARGE,
 * VALIDATION_FAILED, and what `takeFile` does.
 */
export async function receiveForm<F extends z.ZodType, T>(
  request: Request,
  { field, filesMax, bytesMax, takeFile, fields, lists = [] }: Form<F, T>,
): Promise<{ files: T[]; fields: z.output<F> }> {
  const parser = openParser(request, FIELDS_MAX + filesMax + 1);
  const bodyBytesMax = bytesMax + FORM_OVERHEAD_BYTES;
  if (Number(request.headers.get('content-length') ?? 0) > bodyBytesMax) throw tooLarge(bodyBytesMax);
  const words: [name: string, value: string][] = [];
  const contents: BusboyFileStream[] = [];
  let taking: Promise<T[]> = Promise.resolve([]);
  const parsed = Promise.withResolvers<void>();
  const refuse = (error: unknown) => parsed.reject(error);

  parser.on('field', (name, value, _, isCut) => {
    if (isCut) refuse(tooLarge(FIELD_BYTES_MAX, 'A field'));
    if (name === field) refuse(invalid(field, 'must be a file, sent as a part with a file name'));
    if (!lists.includes(name) && words.some(([other]) => other === name)) refuse(invalid(name, 'is there twice'));
    words.push([name, value]);
  });
  parser.on('partsLimit', () => refuse(invalid('', `there are at most ${FIELDS_MAX} fields and ${filesMax} files`)));
  parser.on('fieldsLimit', () => refuse(invalid('', `there are at most ${FIELDS_MAX} fields`)));
  parser.on('file', (name: string | undefined, content, fileName: string | undefined) => {
    content.on('error', () => undefined); // whoever reads it is told; it may break before that
    if (!fileName) {
      // Browsers send a file input that was left empty: no name, and nothing in it.
      content.on('data', () => refuse(invalid(name ?? '', 'must have a file name')));
      return;
    }
    contents.push(content);
    if (name !== field) refuse(invalid(field, 'files come under this name'));
    else if (contents.length > filesMax) refuse(invalid(field, `must be at most ${filesMax} of them`));
    else taking = taking.then(async (taken) => [...taken, await takeFile(bytesOf(content))]);
    taking.catch(refuse);
  });
  parser.on('finish', () => parsed.resolve());
  parser.on('error', () => refuse(fileError('UPLOAD_MALFORMED')));

  try {
    const bytesInFiles = () => contents.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
    await feed(parser, request.body, { bytesMax: bodyBytesMax, bytesInFiles, parsed: parsed.promise });
    return { files: await taking, fields: parseWords(fields, words, lists) };
  } finally {
    for (const content of contents) content.destroy(fileError('UPLOAD_MALFORMED'));
    await taking.catch(() => undefined);
  }
}

function tooLarge(bytesMax: number, what = 'The body'): AppError {
  return httpError('BODY_TOO_LARGE', { message: `${what} is larger than ${bytesMax} bytes.` });
}

function openParser(request: Request, partsMax: number): BusboyInstance {
  const contentType = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(contentType))
    throw httpError('WRONG_CONTENT_TYPE', { message: 'The body must be multipart/form-data, and name its boundary.' });
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: {
        parts: partsMax,
        fields: FIELDS_MAX,
        fieldSize: FIELD_BYTES_MAX,
        headerPairs: PART_HEADERS_MAX,
        headerSize: PART_HEADER_BYTES_MAX,
      },
      // Files alone hold it up. At a mark of its own it never calls back if the form ends in that piece.
      highWaterMark: Number.MAX_SAFE_INTEGER,
    });
  } catch {
    throw fileError('UPLOAD_MALFORMED'); // no boundary
  }
}

/** Gives the parser a piece when it has done with the one before, until it has all or refuses. */
async function feed(
  parser: BusboyInstance,
  body: ReadableStream<Uint8Array> | null,
  { bytesMax, bytesInFiles, parsed }: { bytesMax: number; bytesInFiles: () => number; parsed: Promise<void> },
): Promise<void> {
  let refused = false;
  let goOn: () => void = () => undefined;
  parsed.catch(() => {
    refused = true;
    goOn();
  });
  let isWriting = false;
  // The form is refused already. This ends `write`, which would go on to parse thousands of parts.
  parser.on('partsLimit', () => {
    if (isWriting) throw new Error('Too many parts');
  });
  let bytes = 0;
  try {
    // What is left of the body when this ends early stays to be read: the answer waits for it (http/drain.ts).
    for await (const chunk of body ? piecesOf(body) : []) {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) throw tooLarge(bytesMax); // the length that a client declares is a claim
      const taken = new Promise<void>((resolve) => {
        goOn = resolve;
        isWriting = true;
        parser.write(chunk, () => resolve());
        isWriting = false;
      });
      if (!refused) await taken; // a parser that nobody listens to would never be done
      if (refused) break;
      if (bytes - bytesInFiles() > FORM_OVERHEAD_BYTES)
        throw tooLarge(FORM_OVERHEAD_BYTES, 'Everything outside of files');
    }
  } catch (error) {
    if (!refused) throw error instanceof AppError ? error : fileError('UPLOAD_MALFORMED'); // the sender is gone
  }
  if (!refused) parser.end();
  await parsed;
}

/** Large ones: by itself a body comes in thousands of small ones, and each costs as much. */
async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader({ mode: 'byob' });
  try {
    for (;;) {
      const { done, value } = await reader.readAtLeast(PIECE_BYTES, new Uint8Array(PIECE_BYTES));
      if (value && value.length > 0) yield value;
      if (done) return;
    }
  } finally {
    reader.releaseLock();
  }
}

async function* bytesOf(content: BusboyFileStream): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch {
    throw fileError('UPLOAD_MALFORMED'); // it ends before its boundary
  }
}

function parseWords<F extends z.ZodType>(
  fields: F,
  words: readonly [name: string, value: string][],
  lists: readonly string[],
): z.output<F> {
  const valuesOf = (name: string) => words.filter(([other]) => other === name).map(([, value]) => value);
  return parse(
    fields,
    Object.fromEntries(words.map(([name, value]) => [name, lists.includes(name) ? valuesOf(name) : value])),
  );
}
