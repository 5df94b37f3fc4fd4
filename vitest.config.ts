import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const path = (relative: string) => resolve(import.meta.dirname, relative);
const alias = { '@': path('./src'), '#test': path('./test') };

/** What `.dev.vars` says on a developer's machine: fixed, so that a failing test fails again. */
const development = {
  ENVIRONMENT: 'development',
  JWT_SECRET: 'a-test-secret-that-is-long-enough-to-be-accepted',
  ENCRYPTION_KEY: 'a-test-encryption-key-that-is-long-enough-too',
  FRONTEND_URL: 'http://localhost:5173',
  CORS_ORIGIN: 'http://localhost:5173',
  OWNER_EMAIL: 'owner@footlight.test',
  LIVEKIT_URL: 'ws://livekit.test:7880',
  LIVEKIT_API_KEY: 'devkey',
  LIVEKIT_API_SECRET: 'a-livekit-secret-of-at-least-32-bytes',
  VAPID_PUBLIC_KEY: 'BE_61ktFoQUpjEhn1JWlWYFVSqiBUj3sASjyxtEq8H9_BPn6fQ2P5dFaPwE0pMuEiBAPmTd8lgmSDd_IG8D96Sc',
  VAPID_PRIVATE_KEY: 'NhSLP9onjewIju67HMB1r2vbgmT27FcFHY4x56ITsk8',
  VAPID_SUBJECT: 'mailto:push@footlight.test',
};

/** The plugin reads `.dev.vars` by itself; what a developer has there must not decide what a test says. */
const own = existsSync(path('.dev.vars')) ? parseEnv(readFileSync(path('.dev.vars'), 'utf8')) : {};
const unset = Object.fromEntries(Object.keys(own).map((name) => [name, '']));

export default defineConfig({
  logLevel: 'error',
  test: {
    // The Worker logs a line a request; they are wanted where a test fails.
    silent: 'passed-only',
    coverage: { provider: 'istanbul', include: ['src/**'] }, // V8's needs an inspector that workerd has not
    projects: [
      {
        // Pure rules: no binding, no database. They start at once in plain Node.
        resolve: { alias },
        test: { name: 'unit', include: ['test/**/*.unit.test.ts'], environment: 'node', isolate: false },
      },
      {
        resolve: { alias },
        logLevel: 'error',
        plugins: [
          cloudflareTest(async () => ({
            main: './src/index.ts',
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              compatibilityDate: '2026-11-01',
              // The world outside is away at once, where a test does not stand in for it.
              outboundService: () => new Response(null, { status: 503 }),
              bindings: { ...unset, ...development, MIGRATIONS: await readD1Migrations(path('./migrations')) },
            },
          })),
        ],
        test: {
          name: 'worker',
          include: ['test/*.test.ts', 'test/!(house|e2e|support|setup)/**/*.test.ts'],
          exclude: ['test/**/*.unit.test.ts'],
          setupFiles: ['test/setup/database.ts', 'test/setup/frames.ts'],
          isolate: false,
          restoreMocks: true,
          // A slow machine is not a failure. A test that hangs still ends.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        resolve: { alias },
        test: { name: 'house', include: ['test/house/**/*.test.ts'], environment: 'node' },
      },
      {
        resolve: { alias },
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
