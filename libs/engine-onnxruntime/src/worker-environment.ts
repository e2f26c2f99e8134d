/**
 * Environment of processes that run this engine: glibc keeps freed memory instead of returning it to the system.
 * Without an arena every new session otherwise pays page faults on its first run (twice the time).
 * A module of its own: a process that only starts workers need not load the native library.
 */
export const WORKER_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: '4294967296',
  MALLOC_TRIM_THRESHOLD_: '17179869184',
  MALLOC_TOP_PAD_: '268435456',
};
