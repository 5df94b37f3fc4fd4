/**
 * The creator's encoder. If LiveKit runs, ffmpeg sends it a test picture with the stream key, and LiveKit notifies the
 * server. Otherwise, the demo speaks LiveKit's protocol itself, and no video flows.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ingressEvent, isListening, type LiveKitKeys, postWebhook, standInForLiveKit } from '../local/livekit.ts';
import { expectSame } from './show.ts';

export interface StreamKey {
  readonly ingressId: string;
  readonly serverUrl: string;
  readonly streamKey: string;
}

export interface Encoder {
  start(key: StreamKey): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function openEncoder(origin: string, livekit: LiveKitKeys): Promise<Encoder> {
  if (await isListening(livekit)) {
    console.log(`LiveKit is running at ${livekit.url}, so ffmpeg sends it a test picture.`);
    return realEncoder();
  }
  console.log(`No LiveKit is running at ${livekit.url}, so the demo speaks its protocol itself. No video flows.`);
  return spokenEncoder(origin, livekit);
}

/** Small, so that a laptop can encode and transcode it while it runs everything else. */
const PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=15', '-f', 'lavfi', '-i', 'sine'];
const ENCODING = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '30', '-c:a', 'aac'];

function realEncoder(): Encoder {
  let running: ChildProcess | undefined;
  const stop = async () => {
    const child = running;
    running = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
  };
  process.on('exit', () => running?.kill('SIGKILL'));
  return {
    async start({ serverUrl, streamKey }) {
      const to = ['-f', 'flv', `${serverUrl}/${streamKey}`];
      running = spawn('ffmpeg', ['-loglevel', 'error', '-re', ...PICTURE, ...ENCODING, ...to], { stdio: 'ignore' });
      await Promise.race([
        once(running, 'spawn'),
        once(running, 'error').then(() => {
          throw new Error('ffmpeg could not be started. Install it, or stop LiveKit to run the demo without video.');
        }),
      ]);
    },
    stop,
    close: stop,
  };
}

async function spokenEncoder(origin: string, livekit: LiveKitKeys): Promise<Encoder> {
  const standIn = await standInForLiveKit(livekit);
  let fed = '';
  const say = async (what: 'ingress_started' | 'ingress_ended', isPublishing: boolean) => {
    standIn.setPublishing(fed, isPublishing);
    const { status } = await postWebhook(origin, livekit, ingressEvent(what, fed, standIn.roomOf(fed)));
    expectSame(`LiveKit's signed ${what} webhook is accepted with`, status, 200);
  };
  return {
    start({ ingressId }) {
      fed = ingressId;
      return say('ingress_started', true);
    },
    stop: () => say('ingress_ended', false),
    close: () => standIn.close(),
  };
}
