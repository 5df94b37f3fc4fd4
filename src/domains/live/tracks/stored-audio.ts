/**
 * An audio file in the store, as the tag reader wants it: bytes at any position. It reads a block at a time and keeps
 * the last few, so a file of a gigabyte never stands in memory.
 */
import { AbstractTokenizer, EndOfStreamError, type IRandomAccessFileInfo, type IReadChunkOptions } from 'strtok3/core';

const BLOCK_BYTES = 1_048_576;
const BLOCKS_KEPT = 4;
/** The largest single piece of a file that is read into memory, such as a cover in its tags. */
const PIECE_BYTES_MAX = 16 * 1_048_576;

/** Returns the bytes of this range, which is within the file. */
export type ReadRange = (offset: number, length: number) => Promise<Uint8Array>;

interface Block {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** NOTE: a class, because the reader of tags extends its own by inheritance. */
export class StoredAudio extends AbstractTokenizer {
  readonly fileInfo: IRandomAccessFileInfo;
  /** A failure of the store. The reader of tags may take it for a damaged file. */
  fault: unknown;
  #blocks: readonly Block[] = [];

  /** @param mimeType if it is known; otherwise the reader finds it out */
  constructor(
    size: number,
    private readonly readRange: ReadRange,
    mimeType?: string,
  ) {
    super({ maxBufferSize: PIECE_BYTES_MAX });
    this.fileInfo = { size, ...(mimeType === undefined ? {} : { mimeType }) };
  }

  override supportsRandomAccess(): boolean {
    return true;
  }

  setPosition(position: number): void {
    this.validateLength(position, 'position');
    this.position = position;
  }

  override async readBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const { position } = this.normalizeOptions(target, options);
    const read = await this.peekBuffer(target, options);
    this.position = position + read;
    return read;
  }

  override async peekBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const { position, length, mayBeLess } = this.normalizeOptions(target, options);
    const available = Math.max(0, Math.min(length, this.fileInfo.size - position));
    if (available < length && !mayBeLess) throw new EndOfStreamError();
    for (let done = 0; done < available; ) {
      const { at, bytes } = await this.#blockWith(position + done);
      const part = bytes.subarray(position + done - at, position + available - at);
      target.set(part, done);
      done += part.length;
    }
    return available;
  }

  async #blockWith(position: number): Promise<Block> {
    const known = this.#blocks.find(({ at, bytes }) => position >= at && position < at + bytes.length);
    if (known) return known;
    const at = position - (position % BLOCK_BYTES);
    try {
      const block = { at, bytes: await this.readRange(at, Math.min(BLOCK_BYTES, this.fileInfo.size - at)) };
      this.#blocks = [block, ...this.#blocks].slice(0, BLOCKS_KEPT);
      return block;
    } catch (error) {
      this.fault = error;
      throw error;
    }
  }
}
