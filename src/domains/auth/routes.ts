/** How people get in and out: registration, sign-in, passwords, sessions and two-factor authentication. */
import type { Endpoint } from '@/http/endpoint';
import { sessionEndpoints } from './routes/sessions';

export const authEndpoints: Endpoint[] = [...sessionEndpoints];
