import { errorList } from '@/http/errors';

export const channelError = errorList({
  INGRESS_NOT_FOUND: [404, 'Your channel has no stream key yet. Create one with POST /stream/ingress.'],
});
