/** Parses `Range: bytes=…`, because R2 answers an unsatisfiable or multiple range with the whole object. */

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * @returns undefined if the header must be ignored: it is absent, or about another unit. A range of bytes that is
 * malformed is refused too: RFC 9110 14.2 allows both, and the whole of a large file is not what its reader asked for.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const asked = header?.trim() ?? '';
  if (asked === '' || /^(?!bytes=)[\w-]+=/i.test(asked)) return undefined;
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)$/i.exec(asked) ?? [];
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { offset: size - length, length };
  }
  const [offset, end] = [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)];
  return offset > end ? 'unsatisfiable' : { offset, length: end - offset + 1 };
}
