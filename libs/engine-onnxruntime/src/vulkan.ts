/**
 * Whether the dynamic linker finds a Vulkan loader, without which WebGPU has no device on Linux, and complains on
 * standard error. It is loaded as if it were an addon of Node's: a library that is found is refused for not being one.
 */
export function hasVulkan(library = 'libvulkan.so.1'): boolean {
  try {
    process.dlopen({ exports: {} }, library);
    return true;
  } catch (error) {
    return (error as Error).message.includes('did not self-register');
  }
}
