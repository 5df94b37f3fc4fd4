/** The parts of an upload that is too large to send whole: all of one size except the last, numbered from 1. */
import type { UploadRow } from './tables';

type Sizes = Pick<UploadRow, 'bytes' | 'partBytes'>;

interface UploadPart {
  partNumber: number;
  bytes: number;
}

/** Empty if the file is sent whole. */
export function partsOf({ bytes, partBytes }: Sizes): UploadPart[] {
  if (partBytes === null) return [];
  return Array.from({ length: Math.ceil(bytes / partBytes) }, (_, index) => ({
    partNumber: index + 1,
    bytes: Math.min(partBytes, bytes - index * partBytes),
  }));
}
