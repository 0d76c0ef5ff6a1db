import { AppError } from '../../contract/errors.ts'

/**
 * The AbortSignal of one command: Ctrl-C and SIGTERM end the job in order and its summary is still written.
 * A second Ctrl-C leaves at once.
 */
export function cancelOnSignals(exit: (code: number) => void = process.exit): { signal: AbortSignal } & Disposable {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted) exit(130)
    controller.abort(new AppError('CANCELLED', 'cancelled'))
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, onSignal)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) process.off(name, onSignal)
    },
  }
}
