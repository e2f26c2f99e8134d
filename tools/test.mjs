// `npm test`: installs, builds, lints, and runs every test that needs only Node and npm.
import { npm, orderly, prepare, step } from './prepare.mjs';

await orderly(async () => {
  await prepare();
  await step('lint', npm, ['run', '--silent', 'lint'], { env: { ...process.env, npm_config_loglevel: 'error' } });
  await step('test', process.execPath, ['node_modules/jest/bin/jest.js', ...process.argv.slice(2)]);
});
