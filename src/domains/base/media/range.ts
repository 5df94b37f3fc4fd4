/** Parses `Range: bytes=…`, because R2 answers an unsatisfiable or multiple range with the whole object. */

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** @returns undefined if the header must be ignored (another unit, not well-formed), by RFC 9110 14.2 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const list = /^bytes=(.*)$/i.exec(header?.trim() ?? '')?.[1];
  if (list === undefined) return undefined;
  if (list.includes(',')) return 'unsatisfiable';
  const match = /^\s*(\d{0,15})-(\d{0,15})\s*$/.exec(list);
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { offset: size - length, length };
  }
  if (last !== '' && Number(last) < Number(first)) return undefined;
  const offset = Number(first);
  if (offset >= size) return 'unsatisfiable';
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return { offset, length: end - offset + 1 };
}
