/** Whose fault it is when a picture is not drawn: the answer is the first call's, and there is no second. */
import { expect, it } from 'vitest';
import { openImages } from '@/providers/images';

const AWAY = 'IMAGES_UNAVAILABLE';
const BROKEN = 'broken';

function failing(error: unknown) {
  const calls = { made: 0 };
  const binding = {
    input() {
      calls.made += 1;
      return { transform: () => ({ output: () => Promise.reject(error) }) };
    },
  };
  return { calls, images: openImages(binding as unknown as ImagesBinding) }; // no more of it is called
}

const withCode = (code: number, message: string) => Object.assign(new Error(message), { code });

const NO_DECODER =
  'Error: heif: Error while loading plugin: Support for this compression format has not been built in: HEVC at Sharp.toBuffer';

it.each([
  [BROKEN, 'a picture that cannot be read', withCode(9523, 'IMAGES_TRANSFORM_ERROR 9523: Could not decode')],
  [BROKEN, 'something that is no picture', withCode(9412, 'IMAGES_TRANSFORM_ERROR 9412: Not an image')],
  [BROKEN, 'what sharp cannot read', withCode(9523, 'Unexpected error response 500: Error at Sharp.toBuffer (file:')],
  [AWAY, 'a machine without sharp', withCode(9523, 'IMAGES_X 9523: The Sharp library is not available, check')],
  [AWAY, 'a service that is overloaded', withCode(9523, 'Unexpected error response 503: upstream')],
  [AWAY, 'an account that has used up its drawings', withCode(9422, 'IMAGES_TRANSFORM_ERROR 9422: Usage limit')],
  [AWAY, 'a service that cannot be reached', withCode(9504, 'IMAGES_TRANSFORM_ERROR 9504: Unreachable')],
  [AWAY, 'a connection that breaks', new Error('Network connection lost.')],
  [
    AWAY,
    'a format that this server has no decoder for',
    withCode(9523, `Unexpected error response 500: ${NO_DECODER}`),
  ],
  [
    AWAY,
    'a brand of AVIF that sharp does not know',
    withCode(
      9523,
      'Unexpected error response 500: Error: Input buffer contains unsupported image format at Sharp.toBuffer',
    ),
  ],
  [
    AWAY,
    'a format that the service does not read',
    withCode(9520, 'IMAGES_TRANSFORM_ERROR 9520: Unsupported image type'),
  ],
])('is %s for %s', async (fault, _, error) => {
  const { calls, images } = failing(error);
  const outcome = await images.draw(new Uint8Array([1]), 320).then(
    (drawn) => (drawn ? 'drawn' : BROKEN),
    ({ code }) => code,
  );
  expect([outcome, calls.made]).toEqual([fault, 1]);
});

it('says which formats to send if a format cannot be read', async () => {
  const { images } = failing(withCode(9523, `Unexpected error response 500: ${NO_DECODER}`));
  await expect(images.draw(new Uint8Array([1]), 320)).rejects.toThrow('Send it as JPEG, PNG or WebP');
});
