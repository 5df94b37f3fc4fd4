/**
 * Which links a screening may have. Viewers' players open them, and the server never does. They lead to a public host,
 * or to a video of the platform that everyone may read.
 */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { Video } from '@/contracts/screening';
import { areAllPublic, findVideoKey, isMediaUrl } from '@/domains/base/media/public-videos';
import { isPublicHttpsUrl } from '@/http/fields';
import { screeningError } from './errors';
import type { NewVideo } from './schemas';

type Request = z.output<typeof NewVideo>;

/** At most one statement for all of them. Throws VIDEO_URL_INVALID, SUBTITLES_URL_INVALID. */
export async function readVideos(ctx: Context, requests: readonly Request[]): Promise<Video[]> {
  const videos = requests.map(presentVideo);
  const own = videos.flatMap(({ videoUrl }) => (isMediaUrl(ctx.config, videoUrl) ? [videoUrl] : []));
  const keys = own.map((url) => findVideoKey(ctx.config, url));
  const known = new Set(keys.filter((key) => key !== undefined));
  if (keys.includes(undefined) || (known.size > 0 && !(await areAllPublic(ctx, [...known]))))
    throw screeningError('VIDEO_URL_INVALID');
  for (const { videoUrl, subtitlesUrl } of videos) {
    if (!own.includes(videoUrl) && !isPlainLink(videoUrl)) throw screeningError('VIDEO_URL_INVALID');
    if (subtitlesUrl !== null && !isSubtitles(subtitlesUrl)) throw screeningError('SUBTITLES_URL_INVALID');
  }
  return videos;
}

/** Links as `URL` writes them. */
function presentVideo({ videoUrl, title, durationMs, subtitlesUrl }: Request): Video {
  const written = (url: string) => URL.parse(url)?.href ?? url;
  return {
    videoUrl: written(videoUrl),
    title,
    durationMs: durationMs ?? null,
    subtitlesUrl: subtitlesUrl === undefined ? null : written(subtitlesUrl),
  };
}

function isPlainLink(url: string): boolean {
  return isPublicHttpsUrl(url) && !url.includes('#');
}

function isSubtitles(url: string): boolean {
  return isPlainLink(url) && new URL(url).pathname.toLowerCase().endsWith('.vtt');
}
