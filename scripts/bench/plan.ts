/** Configuration of the bench, and the messages between its processes. */
import type { DevVars } from '../local/home.ts';

/** Fixed secrets are fine here: the servers run for minutes, on this machine only. */
export const VARS: DevVars = {
  ENVIRONMENT: 'development',
  JWT_SECRET: 'a-bench-secret-that-is-long-enough-to-be-accepted',
  ENCRYPTION_KEY: 'a-bench-encryption-key-that-is-long-enough-as-well',
  OWNER_EMAIL: 'owner@footlight.test',
  DEMO_PASSWORD: 'a long enough secret',
  DEMO_TOTP_SECRET: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  // The bench's accounts are new, and buy more often than people do.
  DAILY_CHECKOUTS: '100/100',
};

/** As in production: in development every response is checked against its schema. Nothing leaves this machine. */
export const DEPLOYED_VARS: DevVars = {
  ...VARS,
  ENVIRONMENT: 'production',
  PUBLIC_URL: 'https://bench.footlight.live',
  OWNER_EMAIL: 'owner@footlight.live',
  MAIL_FROM: 'Footlight <no-reply@footlight.live>',
  RESEND_API_KEY: 're_bench_8sKd2LmQxW4tZp',
  LIVEKIT_URL: 'wss://livekit.footlight.live',
  LIVEKIT_API_KEY: 'bench',
  LIVEKIT_API_SECRET: 'a-bench-livekit-secret-that-is-long-enough',
  STRIPE_SECRET_KEY: 'rk_test_bench_9Xc3VbN7mLqWe',
  STRIPE_WEBHOOK_SECRET: 'whsec_bench_5TgB1yHnUj',
};

/** How to connect: one URL per viewer. */
export interface Plan {
  readonly protocol: 'footlight' | 'socket.io';
  readonly urls: readonly string[];
}

export interface Load extends Plan {
  readonly messagesPerSecond: number;
  readonly seconds: number;
}

/** The load generator's results. */
export interface Seen {
  readonly sent: number;
  readonly refused: number;
  readonly closed: number;
  readonly deliveries: number;
  /** Deliveries that never arrived, out of `sent × viewers`. */
  readonly lost: number;
  /** Counts only deliveries within the window, so a room that falls behind scores lower. */
  readonly deliveriesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of one core, over the window. */
  readonly loadCpuShare: number;
}
