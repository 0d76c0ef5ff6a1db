/** What `work` makes of a resource. If the work fails, the resource is closed; otherwise the caller closes it. */
export async function closeOnFailure<T>(resource: AsyncDisposable, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await resource[Symbol.asyncDispose]()
    throw error
  }
}

/** Disposing waits until the work has ended, however it ends: nothing may go on in a job folder after its job. */
export const untilSettled = (work: Promise<unknown>): AsyncDisposable => {
  const done = work.catch(() => undefined)
  return { [Symbol.asyncDispose]: async () => void (await done) }
}
