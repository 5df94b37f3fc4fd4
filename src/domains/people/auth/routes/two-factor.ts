/** Endpoints of two-factor authentication. */
import { z } from '@hono/zod-openapi';
import { askerOf } from '@/domains/people/auth/asker';
import { authError } from '@/domains/people/auth/errors';
import {
  BackupCodes,
  BackupCodesBody,
  PasswordBody,
  SignedIn,
  TwoFactorDisableBody,
  TwoFactorEnabled,
  TwoFactorSecret,
  TwoFactorVerifyBody,
} from '@/domains/people/auth/schemas';
import {
  answerChallenge,
  beginTwoFactor,
  confirmTwoFactor,
  disableTwoFactor,
  replaceBackupCodes,
} from '@/domains/people/auth/two-factor';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { replySignedIn } from './sign-in';

const common = { tag: 'auth', who: 'user', method: 'post', limit: 'signIn' } as const;

const CONFIRMING = [authError.CONFIRMATION_WRONG, authError.PASSWORD_NOT_SET, authError.CHALLENGE_LIMIT];

export const twoFactorEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'enableTwoFactor',
    ...common,
    path: '/auth/2fa/enable',
    duringMaintenance: true,
    summary: 'Start two-factor authentication: returns the secret and its otpauth URI',
    description: 'It is on once `POST /auth/2fa/verify` has accepted a first code.',
    body: PasswordBody,
    response: TwoFactorSecret,
    refusals: [...CONFIRMING, authError.TWO_FACTOR_ON],
    handler: (ctx, { actor, body }) => beginTwoFactor(ctx, actor, body.password),
  }),
  endpoint({
    operationId: 'verifyTwoFactor',
    ...common,
    who: 'optional',
    path: '/auth/2fa/verify',
    duringMaintenance: true,
    summary: 'Turn on two-factor authentication, or complete a sign-in',
    description:
      'Signed in and without `challenge`: the first code turns it on and returns ten backup codes. With `challenge`: ' +
      'completes the sign-in, and also accepts a backup code.',
    body: TwoFactorVerifyBody,
    response: z.union([SignedIn, TwoFactorEnabled]),
    refusals: [
      authError.CHALLENGE_INVALID,
      authError.TWO_FACTOR_CODE_INVALID,
      authError.CONFIRMATION_WRONG,
      authError.EMAIL_NOT_VERIFIED,
      authError.TWO_FACTOR_ON,
      authError.TWO_FACTOR_OFF,
      authError.CHALLENGE_LIMIT,
    ],
    handler: async (ctx, { actor, body: { challenge, code, deviceToken }, request }) => {
      const asker = askerOf(request, deviceToken);
      if (challenge !== undefined) return replySignedIn(await answerChallenge(ctx, challenge, code, asker));
      if (actor?.kind === 'guest' && actor.unverified) throw authError('EMAIL_NOT_VERIFIED');
      if (actor?.kind !== 'user') throw authError('UNAUTHENTICATED');
      return confirmTwoFactor(ctx, actor, code, asker.userAgent);
    },
  }),
  endpoint({
    operationId: 'disableTwoFactor',
    ...common,
    path: '/auth/2fa/disable',
    summary: 'Turn off two-factor authentication',
    body: TwoFactorDisableBody,
    response: Nothing,
    refusals: [...CONFIRMING, authError.TWO_FACTOR_OFF],
    handler: async (ctx, { actor, body, request }) => {
      await disableTwoFactor(ctx, actor, body, request.headers.get('user-agent'));
      return {};
    },
  }),
  endpoint({
    operationId: 'replaceBackupCodes',
    ...common,
    path: '/auth/2fa/backup-codes',
    summary: 'Create new backup codes; the old ones stop working',
    description: 'Requires a code from the app, or one of the old backup codes.',
    body: BackupCodesBody,
    response: BackupCodes,
    refusals: [...CONFIRMING, authError.TWO_FACTOR_OFF],
    handler: (ctx, { actor, body, request }) => replaceBackupCodes(ctx, actor, body, request.headers.get('user-agent')),
  }),
];
