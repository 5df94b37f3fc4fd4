/** What a server that strangers reach is configured with at least, every secret invented here. */
import type { Env } from '@/config';

export const PRODUCTION = {
  ENVIRONMENT: 'production',
  JWT_SECRET: 'kV3nW8qZr1TtYb6uLm0PxHs5DgJc9AfE',
  ENCRYPTION_KEY: 'Qe7RzT2uXo4IpMa9SdFg1HjKlWc6VbNy',
  PUBLIC_URL: 'https://api.footlight.live',
  FRONTEND_URL: 'https://footlight.live',
  CORS_ORIGIN: 'https://footlight.live',
  OWNER_EMAIL: 'owner@footlight.live',
  RESEND_API_KEY: 're_8sKd2LmQxW4tZp',
  MAIL_FROM: 'Footlight <no-reply@footlight.live>',
  STRIPE_SECRET_KEY: 'rk_9Xc3VbN7mLqWe',
  STRIPE_WEBHOOK_SECRET: 'whsec_5TgB1yHnUj',
  LIVEKIT_URL: 'wss://livekit.footlight.live',
  LIVEKIT_API_KEY: 'APIw3Rk7Tz9',
  LIVEKIT_API_SECRET: 'Zx4CvB8nMaS2dFgH6jKlQwE1rTyUi0oP',
} satisfies Partial<Env>;
