/**
 * Speaks clamd's protocol over a socket: a command that ends with a zero byte, for INSTREAM followed by chunks with
 * their lengths and an empty chunk, and one reply that ends with a zero byte. Takes no Context.
 */
import type { Verdict } from '@/contracts/scanner';
import { scannerError } from './scanner-errors';

/** As `connect()` answers it, and as tests open it. */
export interface ByteSocket {
  readonly readable: ReadableStream;
  readonly writable: WritableStream;
  close(): Promise<void>;
}

/** Longer than any reply, which names at most one signature. */
const REPLY_BYTES_MAX = 4_096;

/** Opens a connection for one command, and closes it in any case. Throws SCANNER_AWAY, also if the time is over. */
export async function askClamd<T>(
  open: () => ByteSocket,
  withinMs: number,
  ask: (socket: ByteSocket) => Promise<T>,
): Promise<T> {
  let socket: ByteSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no reply in time')), withinMs);
  });
  try {
    socket = open();
    return await Promise.race([ask(socket), late]);
  } catch {
    throw scannerError('SCANNER_AWAY');
  } finally {
    clearTimeout(timer);
    await socket?.close().catch(() => undefined);
  }
}

export async function pingClamd(socket: ByteSocket): Promise<void> {
  await socket.writable.getWriter().write(new TextEncoder().encode('zPING\0'));
  if ((await readReply(socket)) !== 'PONG') throw new Error('clamd did not answer PONG');
}

export async function scanWithClamd(socket: ByteSocket, content: ReadableStream<Uint8Array>): Promise<Verdict> {
  const [reply, isWhole] = await Promise.all([readReply(socket), sendContent(socket, content)]);
  const verdict = verdictOf(reply);
  if (verdict === undefined) throw new Error('clamd could not scan the content');
  if (verdict === 'clean' && !isWhole) throw new Error('clamd saw only a part of the content');
  return verdict;
}

/**
 * Throws if the content cannot be read.
 * @returns whether all was sent. clamd hangs up early if the content exceeds its limit; its reply then says so.
 */
async function sendContent({ writable }: ByteSocket, content: ReadableStream<Uint8Array>): Promise<boolean> {
  const writer = writable.getWriter();
  const send = (bytes: Uint8Array) =>
    writer.write(bytes).then(
      () => true,
      () => false,
    );
  if (!(await send(new TextEncoder().encode('zINSTREAM\0')))) return false;
  for await (const chunk of content) if (chunk.length > 0 && !(await send(withLength(chunk)))) return false;
  return send(withLength(new Uint8Array()));
}

/** With `AlertExceedsMax`, clamd reports what it did not look at as a finding of this name. */
const EXCEEDS = /^stream: Heuristics\.Limits\.Exceeded\b.* FOUND$/;

/** `stream: OK`, `stream: Eicar-Test-Signature FOUND`, `INSTREAM size limit exceeded. ERROR`. */
export function verdictOf(reply: string): Verdict | undefined {
  if (reply === 'stream: OK') return 'clean';
  if (EXCEEDS.test(reply)) return 'too-large';
  if (/^stream: .+ FOUND$/.test(reply)) return 'infected';
  if (/size limit exceeded/i.test(reply)) return 'too-large';
  return undefined;
}

function withLength(chunk: Uint8Array): Uint8Array {
  const framed = new Uint8Array(4 + chunk.length);
  new DataView(framed.buffer).setUint32(0, chunk.length);
  framed.set(chunk, 4);
  return framed;
}

async function readReply({ readable }: ByteSocket): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of readable as ReadableStream<Uint8Array>) {
    // a socket carries bytes
    text += decoder.decode(chunk, { stream: true });
    const end = text.indexOf('\0');
    if (end >= 0) return text.slice(0, end);
    if (text.length > REPLY_BYTES_MAX) break;
  }
  throw new Error('clamd hung up without a reply');
}
