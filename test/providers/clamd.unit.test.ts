/** The scanner's protocol, over real TCP, against a stand-in that reads and answers as clamd does. */
import { connect, createServer, type Server } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { EICAR, mp3 } from '#test/support/audio';
import { askClamd, type ByteSocket, behindZero, pingClamd, scanWithClamd, verdictOf } from '@/providers/clamd-protocol';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** Collects the chunks of INSTREAM and answers about the whole. `limit` is clamd's StreamMaxLength. */
async function aScanner({ limit = 1_000_000, isSilent = false, reply = '' } = {}): Promise<() => ByteSocket> {
  const listening = createServer((socket) => {
    let received = Buffer.alloc(0);
    const answer = (text: string) => socket.end(`${text}\0`);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      if (isSilent) return;
      const command = received.subarray(0, received.indexOf(0)).toString();
      if (command === 'zPING') return answer('PONG');
      if (command !== 'zINSTREAM') return answer('UNKNOWN COMMAND');
      const chunks: Buffer[] = [];
      for (let at = 'zINSTREAM\0'.length; at + 4 <= received.length; ) {
        const length = received.readUInt32BE(at);
        if (Buffer.concat(chunks).length + length > limit) return answer('INSTREAM size limit exceeded. ERROR');
        if (length === 0) {
          if (reply !== '') return answer(reply);
          const isInfected = Buffer.concat(chunks).includes(EICAR);
          return answer(isInfected ? 'stream: Eicar-Test-Signature FOUND' : 'stream: OK');
        }
        if (at + 4 + length > received.length) return;
        chunks.push(received.subarray(at + 4, at + 4 + length));
        at += 4 + length;
      }
    });
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return opening('127.0.0.1', port);
}

function opening(host: string, port: number): () => ByteSocket {
  return () => {
    const socket = connect(port, host);
    socket.on('error', () => undefined);
    const { readable, writable } = Duplex.toWeb(socket);
    return {
      readable: readable as unknown as ReadableStream, // Node's own types of the same streams
      writable: writable as unknown as WritableStream,
      close: async () => {
        socket.destroy();
      },
    };
  };
}

const streamOf = (...chunks: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });

const scan = (open: () => ByteSocket, content: ReadableStream<Uint8Array>) =>
  askClamd(open, 5_000, (socket) => scanWithClamd(socket, content));

describe('a scan', () => {
  it('says that harmless content is clean', async () => {
    expect(await scan(await aScanner(), streamOf('a log', '', ' with two lines\n'))).toBe('clean');
  });

  it('finds a virus whose signature is split over two chunks', async () => {
    expect(await scan(await aScanner(), streamOf(EICAR.slice(0, 20), EICAR.slice(20)))).toBe('infected');
  });

  it('says that the content is too large for the scanner, which hangs up in the middle of it', async () => {
    const chunks = Array.from({ length: 64 }, () => 'x'.repeat(65_536));
    expect(await scan(await aScanner({ limit: 100_000 }), streamOf(...chunks))).toBe('too-large');
  });

  it('fails if the scanner answers with an error', async () => {
    const open = await aScanner({ reply: 'stream: Can’t open file or directory ERROR' });
    await expect(scan(open, streamOf('a'))).rejects.toMatchObject({ code: 'SCANNER_AWAY' });
  });

  it('finds a virus inside of a track, behind its tags', async () => {
    const track = mp3(50, { title: 'A track' });
    track.set(new TextEncoder().encode(EICAR), track.length - 200);
    const content = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < track.length; at += 1_000) controller.enqueue(track.slice(at, at + 1_000));
          controller.close();
        },
      });
    expect(await scan(await aScanner(), content())).toBe('infected');
  });

  it('fails if the content breaks off', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('The media store is away'));
      },
    });
    await expect(scan(await aScanner(), broken)).rejects.toMatchObject({ code: 'SCANNER_AWAY' });
  });

  it('fails if nobody listens', async () => {
    const open = await aScanner();
    await new Promise((resolve) => server?.close(resolve));
    await expect(scan(open, streamOf('a'))).rejects.toMatchObject({ code: 'SCANNER_AWAY', status: 503 });
  });

  it('fails if the scanner does not answer in time', async () => {
    const open = await aScanner({ isSilent: true });
    const work = askClamd(open, 50, (socket) => scanWithClamd(socket, streamOf('a')));
    await expect(work).rejects.toMatchObject({ code: 'SCANNER_AWAY' });
  });
});

describe('a ping', () => {
  it('is answered by a scanner that runs', async () => {
    await expect(askClamd(await aScanner(), 5_000, pingClamd)).resolves.toBeUndefined();
  });
});

describe('a reply', () => {
  it.each([
    ['stream: OK', 'clean'],
    ['stream: Win.Test.EICAR_HDB-1 FOUND', 'infected'],
    ['INSTREAM size limit exceeded. ERROR', 'too-large'],
    ['stream: Heuristics.Limits.Exceeded ERROR', undefined],
    ['stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND', 'too-large'],
    ['Can’t allocate memory ERROR', undefined],
    ['', undefined],
    ['UNKNOWN COMMAND', undefined],
  ])('%s means %s', (reply, verdict) => {
    expect(verdictOf(reply)).toBe(verdict);
  });
});

/** A clamd that runs with the signature of `docs/guides/clamd.md`, such as 127.0.0.1:3310. */
const [host = '', port = '3310'] = (process.env.CLAMD_ADDRESS ?? '').split(':');

describe.skipIf(host === '')('a real clamd', () => {
  const open = opening(host, Number(port));

  it('is there', async () => {
    await expect(askClamd(open, 5_000, pingClamd)).resolves.toBeUndefined();
  });

  const track = (word: string) => {
    const bytes = mp3(500, { title: 'A track' });
    bytes.set(new TextEncoder().encode(word), bytes.length / 2);
    return new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes);
        controller.close();
      },
    });
  };

  it('says that a harmless track is clean, as it is and behind a zero', async () => {
    expect(await scan(open, track(''))).toBe('clean');
    expect(await scan(open, behindZero(track('')))).toBe('clean');
  });

  it('finds the one line of ours in a text, and in an MP3 behind a zero', async () => {
    expect(await scan(open, streamOf('a text with FOOTLIGHT-TEST-SIGNATURE in it'))).toBe('infected');
    expect(await scan(open, behindZero(track('FOOTLIGHT-TEST-SIGNATURE')))).toBe('infected');
  });
});
