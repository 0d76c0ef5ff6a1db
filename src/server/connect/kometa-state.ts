import type { KometaState } from '../../contract/api/api-connect.ts'
import { AppError } from '../../contract/errors.ts'
import type { Renderer } from '../../run/kometas/renderer.ts'
import { problemOfFailure } from '../http/request-problem.ts'

/** Finds the renderer (Kometa, or the demo's stand-in) and checks it. Throws AppError KOMETA_*, PYTHON_NOT_FOUND. */
export type MakeRenderer = () => Promise<Renderer>

export interface KometaWatch {
  state(): KometaState
  /** Looks for the renderer again. */
  check(): Promise<KometaState>
  /** The renderer for a job; one that was not found is looked for again. Throws what `MakeRenderer` throws. */
  renderer(): Promise<Renderer>
  /** The renderer, once it is found; null when it is not found within `timeoutMs`. */
  within(timeoutMs: number): Promise<Renderer | null>
  /** Called each time that the renderer is found. */
  onFound(listener: () => void): void
}

export function watchKometa(
  makeRenderer: MakeRenderer,
  onChange: (state: KometaState) => void,
  onFailure: (error: unknown) => void,
): KometaWatch {
  let found: Renderer | null = null
  let looking: Promise<Renderer> | null = null
  let state: KometaState = describe(null, null, 'checking')
  const foundListeners: (() => void)[] = []

  const set = (next: KometaState) => {
    state = next
    onChange(next)
  }
  const look = (): Promise<Renderer> => {
    looking ??= makeRenderer()
      .then(
        (renderer) => {
          found = renderer
          set(describe(renderer, null, 'ready'))
          for (const listener of foundListeners) listener()
          return renderer
        },
        (error: unknown) => {
          found = null
          set(describe(null, error, 'problem'))
          if (!(error instanceof AppError)) onFailure(error)
          throw error
        },
      )
      .finally(() => {
        looking = null
      })
    return looking
  }

  return {
    state: () => state,
    async check() {
      set({ ...state, state: 'checking' })
      // The state tells what is wrong.
      await look().catch(() => undefined)
      return state
    },
    renderer: async () => found ?? look(),
    async within(timeoutMs) {
      if (found) return found
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<null>((resolve) => {
        timer = setTimeout(resolve, timeoutMs, null)
      })
      const renderer = await Promise.race([late, look().catch(() => null)])
      clearTimeout(timer)
      return renderer
    },
    onFound: (listener) => void foundListeners.push(listener),
  }
}

function describe(renderer: Renderer | null, error: unknown, state: KometaState['state']): KometaState {
  return {
    state,
    renderer: renderer?.kind ?? 'kometa',
    version: renderer?.version ?? null,
    commit: renderer?.commit ?? null,
    folder: renderer?.dir ?? null,
    image: renderer?.runner?.image ?? null,
    python: renderer?.kind === 'kometa' && renderer.dir !== null ? renderer.command : null,
    supported: renderer?.supported ?? false,
    warnings: [...(renderer?.warnings ?? [])],
    problem: error === null ? null : problemOfFailure(error),
  }
}
