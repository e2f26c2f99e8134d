// `npm test`: installs, builds, lints, and runs every test that needs only Node and npm.
import { orderly, prepare, step } from './prepare.mjs';

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
orderly(() => {
  prepare();
  step('lint', npm, ['run', '--silent', 'lint'], { env: { ...process.env, npm_config_loglevel: 'error' } });
  step('test', process.execPath, ['node_modules/jest/bin/jest.js', ...process.argv.slice(2)]);
});
