/** The parts of an upload that is too large to be sent at once: all of one size but the last, numbered from 1. */
import type { UploadRow } from './tables';

type Sizes = Pick<UploadRow, 'bytes' | 'partBytes'>;

interface UploadPart {
  partNumber: number;
  bytes: number;
}

/** None, if it is sent at once. */
export function partsOf({ bytes, partBytes }: Sizes): UploadPart[] {
  if (partBytes === null) return [];
  return Array.from({ length: Math.ceil(bytes / partBytes) }, (_, index) => ({
    partNumber: index + 1,
    bytes: Math.min(partBytes, bytes - index * partBytes),
  }));
}
