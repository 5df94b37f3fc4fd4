/** `npm run build`: the bundle as it would be deployed, in dist/. */
import { buildWorker } from './local/bundle.ts';
import { failAt } from './local/home.ts';

await buildWorker({ outdir: 'dist' }).catch(failAt('The Worker does not build'));
