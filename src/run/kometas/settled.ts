/** Whatever happens meanwhile: nothing goes on in the job folder once the job has ended. */
export const settled = (work: Promise<unknown>): AsyncDisposable => {
  const done = work.catch(() => undefined)
  return { [Symbol.asyncDispose]: async () => void (await done) }
}

/** What is still being made when the job ends is disposed all the same. */
export const disposed = (making: Promise<AsyncDisposable>): AsyncDisposable => {
  const made = making.catch(() => undefined)
  return { [Symbol.asyncDispose]: async () => (await made)?.[Symbol.asyncDispose]() }
}
