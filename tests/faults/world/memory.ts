/** The most memory that a process has had so far, in bytes; 0 where the system does not tell. */
export function peakMemory(pid: number): Promise<number> {
  return memoryField(pid, "VmHWM");
}

/** What it has now. */
export function memoryOf(pid: number): Promise<number> {
  return memoryField(pid, "VmRSS");
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
async function memoryField(pid: number, field: string): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0) * 1024;
}
