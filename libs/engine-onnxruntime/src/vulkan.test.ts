import { hasVulkan } from './vulkan';

test('a library that the dynamic linker finds is told from one that it does not find', () => {
  const found = process.platform === 'linux' ? 'libm.so.6' : process.execPath;
  expect([hasVulkan(found), hasVulkan('libno-such-library.so.1')]).toEqual([process.platform === 'linux', false]);
});
