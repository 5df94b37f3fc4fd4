/**
 * Draws pictures anew by Cloudflare's Images binding, on one's own machine by sharp: smaller, upright, as WebP, and
 * without anything that a camera or an author wrote into them, GPS included. Of an animation it draws the first frame.
 */
import type { Images } from '@/contracts/images';
import { imagesError } from './images-errors';

export const DRAWN_TYPE = 'image/webp';

/** The binding's own: refused for what the account may use, or for a service behind it that is away. */
const SERVICE_CODES = /^(9422|95(?!23)\d\d)$/;

export function openImages(binding: ImagesBinding): Images {
  return {
    async draw(bytes, widthMax) {
      try {
        const result = await binding
          .input(new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()) // no caller shares its buffer with a thread
          .transform({ width: widthMax, fit: 'scale-down' })
          .output({ format: DRAWN_TYPE, anim: false });
        return new Uint8Array(await result.response().arrayBuffer());
      } catch (error) {
        // Every call is paid for, so nothing is tried twice, nor is a good picture drawn to see whose fault it was.
        if (isOfPicture(error)) return undefined;
        const refusal = imagesError('IMAGES_UNAVAILABLE');
        refusal.cause = error;
        throw refusal;
      }
    },
  };
}

/** https://developers.cloudflare.com/images/reference/troubleshooting/ */
function isOfPicture(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error) || SERVICE_CODES.test(String(error.code))) return false;
  // NOTE: 9523 is a picture that cannot be read, and also whatever else the service answers. On one's own machine sharp
  // answers instead: a 500 with its stack for a picture that it cannot read, and a sentence if it is not installed.
  if (error.message.includes('Sharp library is not available')) return false;
  return !error.message.startsWith('Unexpected error response') || error.message.includes('Sharp.');
}
