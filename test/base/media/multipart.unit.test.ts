/** A multipart body is read the same, whatever pieces it arrives in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMultipart, type Token } from '@/domains/base/media/multipart';

const FIELD = 'Content-Disposition: form-data; name="text"';

/** The head of each part and its whole content, and whether the form was closed. */
function read(pieces: readonly Uint8Array[]) {
  const parser = openMultipart('edge');
  const parts: { head: unknown; content: string; hasEnded: boolean }[] = [];
  const take = (token: Token) => {
    const part = parts.at(-1);
    if (token.type === 'head') parts.push({ head: token.head, content: '', hasEnded: false });
    else if (part && token.type === 'bytes') part.content += Buffer.from(token.bytes).toString('latin1');
    else if (part) part.hasEnded = true;
  };
  for (const piece of pieces) for (const token of parser.read(piece)) take(token);
  return { parts, isClosed: parser.isClosed() };
}

const readWhole = (body: string) => read([Buffer.from(body)]);
const headOf = (head: string) => readWhole(`--edge\r\n${head}\r\n\r\nx\r\n--edge--`).parts[0]?.head;

describe('a multipart body', () => {
  it('gives the same parts in any pieces, with anything in them that looks like a delimiter', () => {
    const scraps = fc.constantFrom(
      '\r\n',
      '--',
      '--edge',
      '\r\n--edge',
      '\r\n--edg',
      '\r\n\r\n',
      FIELD,
      'x',
      '-',
      '\r',
    );
    fc.assert(
      fc.property(fc.array(scraps, { maxLength: 30 }), fc.array(fc.integer({ min: 1, max: 9 })), (texts, sizes) => {
        const body = Buffer.from(texts.join(''));
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) {
          pieces.push(body.subarray(at, at + size));
          at += size;
        }
        pieces.push(body.subarray(at));
        expect(read(pieces)).toEqual(read([body]));
      }),
    );
  });

  it('gives every byte of a part, line ends and dashes at its edges too', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\r\n-e]{0,20}$/), (content) => {
        const { parts, isClosed } = readWhole(`--edge\r\n${FIELD}\r\n\r\n${content}\r\n--edge--\r\nbehind`);
        expect(isClosed).toBe(true);
        expect(parts).toMatchObject([{ head: { name: 'text' }, content, hasEnded: true }]);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['no delimiter', 'text=Hello'],
    ['a part without its end', `--edge\r\n${FIELD}\r\n\r\nHello`],
    ['half of the closing delimiter', `--edge\r\n${FIELD}\r\n\r\nHello\r\n--edge-`],
  ])('is not closed if it is %s', (_, body) => {
    expect(readWhole(body).isClosed).toBe(false);
  });

  it('is closed without any part', () => {
    expect(readWhole('--edge--')).toEqual({ parts: [], isClosed: true });
  });

  it('ignores what stands before the first part and behind the last', () => {
    const { parts } = readWhole(`before\r\n--edge\r\n${FIELD}\r\n\r\nHello\r\n--edge--\r\n--edge\r\n${FIELD}`);
    expect(parts).toMatchObject([{ content: 'Hello' }]);
  });

  it.each([
    ['no lines at all', ''],
    ['no empty line', FIELD],
  ])('counts a part that has %s before the next delimiter', (_, head) => {
    const { parts } = readWhole(`--edge\r\n${head}\r\n--edge--`);
    expect(parts).toEqual([{ head: undefined, content: '', hasEnded: true }]);
  });
});

describe("a part's head", () => {
  it.each([
    [FIELD, { name: 'text', fileName: undefined, charset: 'utf-8' }],
    ['content-disposition:FORM-DATA;name=text', { name: 'text', fileName: undefined }],
    [`${FIELD}\r\nContent-Type: text/plain; charset=ISO-8859-1`, { charset: 'ISO-8859-1' }],
    ['Content-Disposition: form-data; name="a"; filename="é; name=b.png"', { name: 'a', fileName: 'é; name=b.png' }],
    ['Content-Disposition: form-data; filename="a\\"b.png"; name="a"', { name: 'a', fileName: 'a"b.png' }],
    ['Content-Disposition: form-data; name="a"; filename=""', { name: 'a', fileName: '' }],
    [`${FIELD}\r\nContent-Type: application/octet-stream`, { name: 'text', fileName: '' }],
    ['Content-Disposition: form-data', { name: '' }],
    ["Content-Disposition: form-data; name=a; filename*=UTF-8''b.png", { name: 'a', fileName: "UTF-8''b.png" }],
    ['Content-Disposition: form-data;\r\n name="text"', { name: 'text', fileName: undefined }],
    [`${FIELD}; name="other"\r\nContent-Disposition: form-data; name="third"`, { name: 'text' }],
  ])('of %s is read', (head, expected) => {
    expect(headOf(head)).toMatchObject(expected);
  });

  it.each(['X: y', 'Content-Disposition: attachment; name="text"', 'no header'])('of %s says nothing', (head) => {
    expect(headOf(head)).toBeUndefined();
  });
});
