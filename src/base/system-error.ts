/** The system's name of an error, such as ENOSPC; null when it has none. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** Whether a path was not there (or led through something that is no folder). */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

/** What the work comes to, or `absent` where what it is about was not there. */
export async function unlessMissing<T, U>(work: Promise<T>, absent: U): Promise<T | U> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return absent;
    throw error;
  }
}

/** Whether there was no room left, on the disk or in somebody's quota. */
export function isDiskFull(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOSPC" || code === "EDQUOT";
}
