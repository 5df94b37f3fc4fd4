/** ClamAV's daemon over TCP. Every scan has a connection of its own. `clamd-protocol.ts` speaks to it. */
import { connect } from 'cloudflare:sockets';
import type { Config } from '@/contracts/config';
import type { Scanner } from '@/contracts/scanner';
import { SECOND_MS } from '@/shared/time';
import { askClamd, type ByteSocket, pingClamd, scanWithClamd } from './clamd-protocol';

/** 25 MB take clamd a few seconds; an archive inside may take longer. */
const SCAN_MS_MAX = 60 * SECOND_MS;
const PING_MS_MAX = 2 * SECOND_MS;

/** Returns undefined if no scanner is configured. */
export function openScanner({ clamd }: Pick<Config, 'clamd'>): Scanner | undefined {
  if (!clamd) return undefined;
  const open = (): ByteSocket => connect(clamd);
  return {
    scan: (content) => askClamd(open, SCAN_MS_MAX, (socket) => scanWithClamd(socket, content)),
    ping: () => askClamd(open, PING_MS_MAX, pingClamd),
  };
}
