/** The only refusal of live video: the provider is unavailable, whatever the reason. */
import { errorList } from '@/http/errors';

export const mediaError = errorList({
  MEDIA_UNAVAILABLE: [503, 'The live video service is not answering. Nothing was changed; try again in a moment.'],
});
