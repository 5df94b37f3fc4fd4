/** The port of a virus scanner. */

/** `too-large`: the scanner's own limit is lower than the file's size, so nothing is known about it. */
export type Verdict = 'clean' | 'infected' | 'too-large';

export interface Scanner {
  /**
   * Reads the content until the verdict is clear. Throws SCANNER_AWAY.
   * @param bytes the content's size: a larger one takes longer
   */
  scan(content: ReadableStream<Uint8Array>, bytes: number): Promise<Verdict>;
  /** Throws SCANNER_AWAY. */
  ping(): Promise<void>;
}
