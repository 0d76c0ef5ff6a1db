import { AppError } from '../../contract/errors.ts'

/**
 * The AbortSignal of one command. After Ctrl-C or SIGTERM the job ends in order and still writes its summary; a second
 * Ctrl-C ends the process at once.
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
