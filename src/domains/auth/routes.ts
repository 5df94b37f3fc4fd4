/** How people get in and out: registration, sign-in, passwords, two-factor authentication and sessions. */
import type { Endpoint } from '@/http/endpoint';
import { passwordEndpoints } from './routes/passwords';
import { registrationEndpoints } from './routes/registration';
import { sessionEndpoints } from './routes/sessions';
import { signInEndpoints } from './routes/sign-in';
import { twoFactorEndpoints } from './routes/two-factor';
import { verificationEndpoints } from './routes/verification';

export const authEndpoints: Endpoint[] = [
  ...registrationEndpoints,
  ...verificationEndpoints,
  ...signInEndpoints,
  ...passwordEndpoints,
  ...twoFactorEndpoints,
  ...sessionEndpoints,
];
