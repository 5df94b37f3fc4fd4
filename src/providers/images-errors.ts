import { errorList } from '@/http/errors';

export const imagesError = errorList({
  IMAGES_UNAVAILABLE: [503, 'We cannot process images right now. Nothing was changed; try again in a moment.'],
});
