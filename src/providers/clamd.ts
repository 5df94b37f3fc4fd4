/** ClamAV's daemon over TCP. Every scan has a connection of its own. `clamd-protocol.ts` speaks to it. */
import { connect } from 'cloudflare:sockets';
import type { Config } from '@/contracts/config';
import type { Scanner } from '@/contracts/scanner';
import { SECOND_MS } from '@/shared/time';
import { askClamd, type ByteSocket, pingClamd, scanWithClamd } from './clamd-protocol';

/** 25 MB take clamd a few seconds; an archive inside may take longer. */
const SCAN_MS_MAX = 60 * SECOND_MS;
/** Slower than clamd on one core, so that a gigabyte has two minutes more. */
const BYTES_A_SECOND = 8 * 1_048_576;
const PING_MS_MAX = 2 * SECOND_MS;

/** Returns undefined if no scanner is configured. */
export function openScanner({ clamd }: Pick<Config, 'clamd'>): Scanner | undefined {
  if (!clamd) return undefined;
  const open = (): ByteSocket => connect(clamd);
  return {
    scan: (content, bytes) =>
      askClamd(open, SCAN_MS_MAX + (bytes / BYTES_A_SECOND) * SECOND_MS, (socket) => scanWithClamd(socket, content)),
    ping: () => askClamd(open, PING_MS_MAX, pingClamd),
  };
}
