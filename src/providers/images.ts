/**
 * Redraws images with Cloudflare's Images binding (with sharp in local development): smaller, upright, as WebP, and
 * without metadata from a camera or an author, such as GPS. Of an animation it draws the first frame, unless asked
 * for all of them, which sharp in local development does not draw.
 */
import type { Images } from '@/contracts/images';
import { imagesError } from './images-errors';

export const DRAWN_TYPE = 'image/webp';

/** The binding's own errors: the account may not use it, or a service behind it is down. */
const SERVICE_CODES = /^(9422|95(?!23)\d\d)$/;
/**
 * A format that was allowed and is not read here. Sharp comes without a decoder for HEIC, and knows only some brands of
 * AVIF; 9520 is the binding's code for formats that it does not read.
 */
const UNREAD_FORMAT = /Support for this compression format has not been built in|unsupported image format/;
const UNREAD_FORMAT_CODE = 9520;

const TRANSPARENT = 'rgba(0,0,0,0)';
const squareOf = (side: number) => ({ width: side, height: side, fit: 'pad', background: TRANSPARENT }) as const;

export function openImages(binding: ImagesBinding): Images {
  return {
    async draw(bytes, widthMax, { square = false, animated = false } = {}) {
      try {
        const result = await binding
          .input(new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()) // no caller shares its buffer with a thread
          .transform(square ? squareOf(widthMax) : { width: widthMax, fit: 'scale-down' })
          .output({ format: DRAWN_TYPE, anim: animated });
        return new Uint8Array(await result.response().arrayBuffer());
      } catch (error) {
        if (isOfFormat(error))
          throw imagesError('IMAGES_UNAVAILABLE', {
            message: 'This server cannot read pictures of this format, such as HEIC. Send it as JPEG, PNG or WebP.',
          });
        // Every call is billed, so nothing is retried, and no good image is drawn to find out whose fault it was.
        if (isOfPicture(error)) return undefined;
        const refusal = imagesError('IMAGES_UNAVAILABLE');
        refusal.cause = error;
        throw refusal;
      }
    },
  };
}

function isOfFormat(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  return Number(error.code) === UNREAD_FORMAT_CODE || UNREAD_FORMAT.test(error.message);
}

/** https://developers.cloudflare.com/images/reference/troubleshooting/ */
function isOfPicture(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error) || SERVICE_CODES.test(String(error.code))) return false;
  // NOTE: 9523 means an unreadable image, but also any other response of the service. In local development sharp
  // answers instead: a 500 with its stack for an unreadable image, and a sentence if it is not installed.
  if (error.message.includes('Sharp library is not available')) return false;
  return !error.message.startsWith('Unexpected error response') || error.message.includes('Sharp.');
}
