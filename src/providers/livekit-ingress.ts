/** Translates ingresses between our types and LiveKit's: how to create one, and the state of an existing one. */
import type { IngressInfo } from 'livekit-server-sdk';
import type { IngressForm, IngressSeen, IngressType, Quality, VideoInput } from '@/contracts/media';

type Sdk = typeof import('livekit-server-sdk');

const MS_NS = 1_000_000n;
const FRAMES_PER_SECOND = 30;
const AUDIO_BITS_PER_SECOND = 128_000;

interface Layer {
  /** LiveKit's VideoQuality: 2 is the highest. */
  readonly quality: 0 | 1 | 2;
  /** A square box, because LiveKit fits the video into it: portrait and landscape get the same number of pixels. */
  readonly boxPixels: number;
  readonly bitsPerSecond: number;
}

const SMALL: Layer = { quality: 0, boxPixels: 640, bitsPerSecond: 500_000 };
const LAYERS: Readonly<Record<Quality, readonly Layer[]>> = {
  /** RTMP must be transcoded, so there the source becomes one layer of the size that is sent. */
  source: [{ quality: 2, boxPixels: 2_560, bitsPerSecond: 8_000_000 }],
  '1080p': [
    { quality: 2, boxPixels: 1_920, bitsPerSecond: 4_500_000 },
    { quality: 1, boxPixels: 1_280, bitsPerSecond: 2_000_000 },
    SMALL,
  ],
  '720p': [{ quality: 2, boxPixels: 1_280, bitsPerSecond: 2_500_000 }, SMALL],
};

/** WHIP can be forwarded as it comes. */
function isTranscoded(type: IngressType, quality: Quality): boolean {
  return type === 'RTMP' || quality !== 'source';
}

/** For creating an ingress and for updating one. */
export function ingressOptions(sdk: Sdk, { type, room, identity, name, quality, enabled }: IngressForm) {
  const enableTranscoding = isTranscoded(type, quality);
  // Without transcoding, LiveKit rejects encoding options, and only empty ones replace those set before.
  const encodings = enableTranscoding ? encodingOptions(sdk, quality) : { video: {}, audio: {} };
  return {
    name: `${type} of ${identity}`,
    roomName: room,
    participantIdentity: identity,
    participantName: name,
    enabled,
    enableTranscoding,
    video: new sdk.IngressVideoOptions({ source: sdk.TrackSource.CAMERA, ...encodings.video }),
    audio: new sdk.IngressAudioOptions({ source: sdk.TrackSource.MICROPHONE, ...encodings.audio }),
  };
}

function encodingOptions(sdk: Sdk, quality: Quality) {
  const layers = LAYERS[quality].map(({ boxPixels, bitsPerSecond, ...layer }) => ({
    ...layer,
    width: boxPixels,
    height: boxPixels,
    bitrate: bitsPerSecond,
  }));
  const video = new sdk.IngressVideoEncodingOptions({
    videoCodec: sdk.VideoCodec.H264_BASELINE, // the profile that every browser decodes
    frameRate: FRAMES_PER_SECOND,
    layers,
  });
  const audio = new sdk.IngressAudioEncodingOptions({
    audioCodec: sdk.AudioCodec.OPUS,
    bitrate: AUDIO_BITS_PER_SECOND,
    channels: 2,
    disableDtx: true, // DTX cuts off quiet music
  });
  return {
    video: { encodingOptions: { case: 'options', value: video } },
    audio: { encodingOptions: { case: 'options', value: audio } },
  } as const;
}

/** Indexed by IngressState.Status, which the SDK does not export. */
const STATUSES: readonly IngressSeen['status'][] = ['idle', 'connecting', 'publishing', 'failed', 'idle'];

export function seenIngress(info: IngressInfo): IngressSeen {
  const { state } = info;
  return {
    ingressId: info.ingressId,
    room: info.roomName,
    identity: info.participantIdentity,
    name: info.participantName,
    quality: qualityOf(info),
    enabled: info.enabled ?? true,
    status: STATUSES[state?.status ?? 0] ?? 'idle',
    startedAt: Number((state?.startedAt ?? 0n) / MS_NS),
    error: state?.error || null,
    input: inputOf(info),
  };
}

/** The quality whose boxes match the ingress's layers. */
function qualityOf(info: IngressInfo): Quality | undefined {
  if (info.enableTranscoding === false) return 'source';
  const options = info.video?.encodingOptions;
  if (options?.case !== 'options') return undefined;
  const boxes = options.value.layers.map(({ width, height }) => `${width}x${height}`).join();
  return (['source', '720p', '1080p'] as const).find(
    (quality) => LAYERS[quality].map(({ boxPixels }) => `${boxPixels}x${boxPixels}`).join() === boxes,
  );
}

function inputOf({ state }: IngressInfo): VideoInput | null {
  const video = state?.video;
  if (!video?.width) return null;
  return {
    width: video.width,
    height: video.height,
    fps: Math.round(video.framerate),
    kbps: Math.round(video.averageBitrate / 1_000),
  };
}
