/** Endpoints of auth: registration, verification, sign-in, passwords, two-factor authentication and sessions. */

import { emailEndpoints } from '@/domains/people/auth/routes/email';
import { passwordEndpoints } from '@/domains/people/auth/routes/passwords';
import { registrationEndpoints } from '@/domains/people/auth/routes/registration';
import { sessionEndpoints } from '@/domains/people/auth/routes/sessions';
import { signInEndpoints } from '@/domains/people/auth/routes/sign-in';
import { twoFactorEndpoints } from '@/domains/people/auth/routes/two-factor';
import { verificationEndpoints } from '@/domains/people/auth/routes/verification';
import type { Endpoint } from '@/http/endpoint';

export const authEndpoints: Endpoint[] = [
  ...registrationEndpoints,
  ...verificationEndpoints,
  ...signInEndpoints,
  ...passwordEndpoints,
  ...emailEndpoints,
  ...twoFactorEndpoints,
  ...sessionEndpoints,
];
