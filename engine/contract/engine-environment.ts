// What an engine's process is started with beside the environment of its host: how it gives memory back.
// It starts no process, and sets nothing in this one.

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * For glibc, whose allocator keeps what was freed: it learns from large buffers to take larger and larger ones from
 * heaps that it never cuts, with one heap for each thread up to eight a core. Buffers of changing sizes, and the threads
 * of the runtime, fill these with holes: memory in use stays level and what the process holds doubles. So large buffers
 * come from the system and go back there, and all threads share a few heaps. Other allocators do not read these names.
 */
const GIVES_MEMORY_BACK = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(4 * 1024 * 1024),
};

/** What is to be added to `environment`, that of the host, for an engine. What is set there already stays as it is. */
export function engineEnvironment(environment: Environment, platform: string): Record<string, string> {
  if (platform !== 'linux') return {};
  return Object.fromEntries(Object.entries(GIVES_MEMORY_BACK).filter(([name]) => environment[name] === undefined));
}
