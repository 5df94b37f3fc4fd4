/** What the bench's processes tell each other. */
import type { DevVars } from '../local/home.ts';

/** Fixed, and good for nothing else: what is measured here lives for minutes, on this machine alone. */
export const VARS: DevVars = {
  ENVIRONMENT: 'development',
  JWT_SECRET: 'a-bench-secret-that-is-long-enough-to-be-accepted',
  ENCRYPTION_KEY: 'a-bench-encryption-key-that-is-long-enough-as-well',
  OWNER_EMAIL: 'owner@footlight.test',
  DEMO_PASSWORD: 'a long enough secret',
  // Its accounts are new, and buy more often than people do.
  DAILY_CHECKOUTS: '100/100',
};

/** As it would be deployed: in development every answer is held against its schema. Nothing leaves this machine. */
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

/** How to get in: a URL for each viewer. */
export interface Plan {
  readonly protocol: 'footlight' | 'socket.io';
  readonly urls: readonly string[];
}

export interface Load extends Plan {
  readonly messagesPerSecond: number;
  readonly seconds: number;
}

/** What the load generator saw. */
export interface Seen {
  readonly sent: number;
  readonly refused: number;
  readonly closed: number;
  readonly deliveries: number;
  /** Of `sent × viewers`, how many never came. */
  readonly lost: number;
  /** Within the window alone: what a room that keeps up delivers. */
  readonly deliveriesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of one core, over the window. */
  readonly loadCpuShare: number;
}
