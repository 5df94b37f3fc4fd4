import { errorList } from '@/http/errors';

export const scannerError = errorList({
  SCANNER_AWAY: [503, 'The virus scanner is not answering. Try again in a moment.'],
});
