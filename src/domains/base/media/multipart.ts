/**
 * Splits the body of a multipart form (RFC 7578) into the heads, bytes and ends of its parts. The pieces in which the
 * body arrives make no difference, and only bytes that may still be part of a delimiter or a head are held back.
 */
const LINE_END = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');
const DASHES = Buffer.from('--');
/** Forms have no other content type for a file without a name. */
const BYTES_TYPE = 'application/octet-stream';

/**
 * - `preamble`: before the first delimiter; ignored
 * - `head`: behind a delimiter, where a part's headers stand
 * - `content`: behind the head, up to the next delimiter
 * - `epilogue`: behind the closing delimiter; ignored
 */
type State = 'preamble' | 'head' | 'content' | 'epilogue';

export interface Head {
  readonly name: string;
  /** Undefined in a field; empty if the file has no name. */
  readonly fileName: string | undefined;
  readonly charset: string;
}

export type Token =
  /** `head` is undefined if the part does not say what it is. */
  | { readonly type: 'head'; readonly head: Head | undefined }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'end' };

export interface MultipartParser {
  /** Takes the next piece of the body. */
  read: (piece: Uint8Array) => Generator<Token, void>;
  /** Whether the closing delimiter was read: until then the form is cut off. */
  isClosed: () => boolean;
}

/** @param boundary as the Content-Type of the form names it, without dashes */
export function openMultipart(boundary: string): MultipartParser {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  let state: State = 'preamble';
  let pending = LINE_END; // the first delimiter may have no line before it

  const take = (bytes: number) => {
    const taken = pending.subarray(0, bytes);
    pending = pending.subarray(bytes);
    return taken;
  };

  /** Answers the state that follows, or nothing if it needs more of the body. */
  function* step(): Generator<Token, State | undefined> {
    switch (state) {
      case 'preamble':
        return takeThroughDelimiter().isFound ? 'head' : undefined;
      case 'head':
        return yield* readPartHead();
      case 'content': {
        const { before, isFound } = takeThroughDelimiter();
        if (before.length > 0) yield { type: 'bytes', bytes: before };
        if (!isFound) return undefined;
        yield { type: 'end' };
        return 'head';
      }
      case 'epilogue':
        take(pending.length);
        return undefined;
    }
  }

  function* readPartHead(): Generator<Token, State | undefined> {
    if (pending.length < DASHES.length) return undefined;
    if (pending.subarray(0, DASHES.length).equals(DASHES)) return 'epilogue';
    const end = findHeadEnd(pending, delimiter);
    if (end === undefined) return undefined;
    if (end.isWhole) {
      yield { type: 'head', head: readHead(take(end.at).toString()) };
      return 'content';
    }
    take(end.at);
    yield { type: 'head', head: undefined };
    yield { type: 'end' };
    return 'head';
  }

  function takeThroughDelimiter(): { before: Uint8Array; isFound: boolean } {
    const at = pending.indexOf(delimiter);
    if (at < 0) return { before: take(Math.max(0, pending.length - delimiter.length + 1)), isFound: false };
    const before = take(at);
    take(delimiter.length);
    return { before, isFound: true };
  }

  return {
    *read(piece) {
      pending = Buffer.concat([pending, piece]);
      for (let next: State | undefined = state; next; next = yield* step()) state = next;
    },
    isClosed: () => state === 'epilogue',
  };
}

/**
 * Finds where a head ends, or the next delimiter if that comes before: then the part has neither a whole head nor
 * content. The head's last line end may be part of that delimiter, so this waits until a delimiter could be read.
 */
function findHeadEnd(pending: Buffer, delimiter: Buffer): { isWhole: boolean; at: number } | undefined {
  const nextPart = pending.indexOf(delimiter);
  const end = pending.indexOf(HEAD_END);
  const lastLineEnd = end + LINE_END.length;
  if (nextPart >= 0 && (end < 0 || nextPart <= lastLineEnd)) return { isWhole: false, at: nextPart + delimiter.length };
  if (end < 0 || pending.length < lastLineEnd + delimiter.length) return undefined;
  return { isWhole: true, at: end + HEAD_END.length };
}

function readHead(text: string): Head | undefined {
  const headers = new Map(text.split('\r\n').map(readHeader));
  const disposition = headers.get('content-disposition');
  if (disposition?.value !== 'form-data') return undefined;
  const type = headers.get('content-type');
  return {
    name: disposition.parameters.get('name') ?? '',
    fileName: disposition.parameters.get('filename') ?? (type?.value === BYTES_TYPE ? '' : undefined),
    charset: type?.parameters.get('charset') ?? 'utf-8',
  };
}

interface HeaderValue {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function readHeader(line: string): [name: string, header: HeaderValue] {
  const colon = line.indexOf(':');
  return [line.slice(0, Math.max(0, colon)).trim().toLowerCase(), readHeaderValue(line.slice(colon + 1))];
}

const PARAMETER = /;\s*([\w*-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s;]*))/g;

/** Reads `form-data; name="text"`, and every header of this form. Names and the value itself are in lower case. */
export function readHeaderValue(text: string): HeaderValue {
  const [value = ''] = text.split(';', 1);
  const parameters = [...text.matchAll(PARAMETER)].map(([, name = '', quoted, bare = '']): [string, string] => [
    name.toLowerCase(),
    quoted?.replaceAll(/\\(["\\])/g, '$1') ?? bare,
  ]);
  return { value: value.trim().toLowerCase(), parameters: new Map(parameters) };
}
