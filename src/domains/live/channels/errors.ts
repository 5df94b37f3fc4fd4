import { errorList } from '@/http/errors';

export const channelError = errorList({
  INGRESS_NOT_FOUND: [404, 'The channel has no stream key yet: create one with POST /stream/ingress.'],
});
