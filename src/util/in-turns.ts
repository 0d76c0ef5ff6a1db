/**
 * Does something with each value in order, at most `maxAtOnce` at the same time. The results keep the order of the
 * values. The first failure rejects.
 */
export async function inTurns<T, R>(
  values: readonly T[],
  maxAtOnce: number,
  act: (value: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const waiting = values.map((value, index) => ({ value, index }))
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results[next.index] = await act(next.value)
  }
  await Promise.all(Array.from({ length: Math.min(maxAtOnce, values.length) }, worker))
  return results
}
