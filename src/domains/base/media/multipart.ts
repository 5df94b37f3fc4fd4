/**
 * Splits the body of a multipart form (RFC 7578) into the heads, bytes and ends of its parts. It works however the body
 * is chunked, and only holds back bytes that may still belong to a delimiter or a head.
 */
const LINE_END = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');
const DASHES = Buffer.from('--');
/** In forms, only a file without a name has this content type. */
const BYTES_TYPE = 'application/octet-stream';

/**
 * - `preamble`: before the first delimiter; ignored
 * - `head`: after a delimiter, the headers of a part
 * - `content`: after the head, up to the next delimiter
 * - `epilogue`: after the closing delimiter; ignored
 */
type State = 'preamble' | 'head' | 'content' | 'epilogue';

export interface Head {
  readonly name: string;
  /** Undefined for a field; empty if the file has no name. */
  readonly fileName: string | undefined;
  readonly charset: string;
}

export type Token =
  /** `head` is undefined if the part does not describe itself. */
  | { readonly type: 'head'; readonly head: Head | undefined }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'end' };

export interface MultipartParser {
  /** Reads the next piece of the body. */
  read: (piece: Uint8Array) => Generator<Token, void>;
  /** Whether the closing delimiter was read. Until then the form is incomplete. */
  isClosed: () => boolean;
}

/** @param boundary from the form's Content-Type, without dashes */
export function openMultipart(boundary: string): MultipartParser {
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  let state: State = 'preamble';
  let pending = LINE_END; // the first delimiter may have no line before it

  const take = (bytes: number) => {
    const taken = pending.subarray(0, bytes);
    pending = pending.subarray(bytes);
    return taken;
  };

  /** Returns the next state, or undefined if it needs more of the body. */
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
 * Finds the end of a head, or the next delimiter if that comes first: then the part has neither a whole head nor
 * content. The head's last line end may belong to that delimiter, so this waits until a delimiter would fit.
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
  const lines = text.replaceAll(FOLD, ' ').split('\r\n');
  const headers = new Map(lines.map(readHeader).toReversed()); // of two with the same name, the first holds
  const disposition = headers.get('content-disposition');
  if (disposition?.value !== 'form-data') return undefined;
  const type = headers.get('content-type');
  return {
    name: disposition.parameters.get('name') ?? '',
    fileName:
      disposition.parameters.get('filename') ??
      disposition.parameters.get('filename*') ??
      (type?.value === BYTES_TYPE ? '' : undefined),
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

/** A header goes on in a line that begins with a blank. */
const FOLD = /\r\n[ \t]+/g;
const PARAMETER = /;\s*([\w*-]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s;]*))/g;

/** Parses `form-data; name="text"`, and every other header of a form. Names and the value itself become lower case. */
export function readHeaderValue(text: string): HeaderValue {
  const [value = ''] = text.split(';', 1);
  const parameters = [...text.matchAll(PARAMETER)].map(([, name = '', quoted, bare = '']): [string, string] => [
    name.toLowerCase(),
    quoted?.replaceAll(/\\(["\\])/g, '$1') ?? bare,
  ]);
  return { value: value.trim().toLowerCase(), parameters: new Map(parameters.toReversed()) };
}
