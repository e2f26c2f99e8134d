// `npm start`: installs, builds, starts the three services and compares two searches (`gradsign demo`).
import { orderly, prepare } from './prepare.mjs';

await orderly(async () => {
  await prepare();
  process.argv.splice(1, process.argv.length, 'gradsign', 'demo', ...process.argv.slice(2));
  // In this process: a signal reaches the one that starts the services, without another in between.
  await import('../libs/cli/dist/main.js');
});
