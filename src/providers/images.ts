/**
 * Draws pictures anew by Cloudflare's Images binding, on one's own machine by sharp: smaller, upright, as WebP, and
 * without anything that a camera or an author wrote into them, GPS included. Of an animation it draws the first frame.
 */
import { errorList } from '@/http/errors';

export const imagesError = errorList({
  IMAGES_UNAVAILABLE: [503, 'Pictures cannot be taken just now. Nothing was changed; try again in a moment.'],
});

export const DRAWN_TYPE = 'image/webp';

export interface Images {
  /** At most this wide, never enlarged. Nothing if it is no picture. Throws IMAGES_UNAVAILABLE. */
  draw(bytes: Uint8Array, widthMax: number): Promise<Uint8Array | undefined>;
}

/** A GIF of one pixel. */
const KNOWN_GOOD = Uint8Array.from(atob('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'), (character) =>
  character.charCodeAt(0),
);

export function openImages(binding: ImagesBinding): Images {
  const draw = async (bytes: Uint8Array, width: number) => {
    const result = await binding
      .input(new Blob([bytes as Uint8Array<ArrayBuffer>]).stream()) // no caller shares its buffer with a thread
      .transform({ width, fit: 'scale-down' })
      .output({ format: DRAWN_TYPE, anim: false });
    return new Uint8Array(await result.response().arrayBuffer());
  };
  return {
    async draw(bytes, widthMax) {
      try {
        return await draw(bytes, widthMax);
      } catch {
        // The binding's codes do not always tell a broken picture from a broken service: a good picture does.
        await draw(KNOWN_GOOD, widthMax).catch(() => {
          throw imagesError('IMAGES_UNAVAILABLE');
        });
        return undefined;
      }
    },
  };
}
