/** Names of the variables that native libraries of the workers are found by. */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'CUDA_VISIBLE_DEVICES', 'VK_ICD_FILENAMES', 'XDG_RUNTIME_DIR'];

/** Environment of worker processes: what native libraries need, and nothing else. */
export function workerEnvironment(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return Object.fromEntries(PASSED_ON.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
}
