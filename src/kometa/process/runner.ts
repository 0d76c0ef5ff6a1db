import {
  type ChosenIsolation,
  chooseIsolation,
  type IsolateMode,
  type IsolationOptions,
} from '../isolation/isolation.ts'
import { type Loopback, ownLoopback } from '../isolation/own-doors.ts'
import { launchLocally } from '../launch/launch-locally.ts'
import type { Launch, LaunchOrder } from '../launch/launch-order.ts'

/** Where Kometa runs: as a process of this machine, or in a container. */
export interface KometaRunner {
  /** Words for the doctor; null for a plain process. */
  readonly place: string | null
  /** The name of the image that Kometa runs from. */
  readonly image: string | null
  /** How Kometa reaches this machine's loopback. */
  loopback(): Promise<Loopback>
  /**
   * Decides whether Kometa gets its own network namespace. Dispose the result. Throws ISOLATION_UNAVAILABLE when
   * isolation was requested and is not available.
   */
  isolate(mode: IsolateMode, options: IsolationOptions): Promise<ChosenIsolation>
  launch(order: LaunchOrder): Promise<Launch>
  /** Ends what dead tools left running, if they are certainly dead. */
  endLeftovers(): Promise<void>
}

/** Runs Kometa as a process of this machine. */
export const localRunner: KometaRunner = {
  place: null,
  image: null,
  loopback: ownLoopback,
  isolate: chooseIsolation,
  launch: launchLocally,
  // The supervisor ends Kometa. If it could not, the record in the workspace leads to it.
  endLeftovers: async () => undefined,
}
