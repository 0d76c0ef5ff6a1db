import { Option } from 'commander'

/** `--isolate`, of whatever runs Kometa. */
export const isolateOption = (): Option =>
  new Option('--isolate <mode>', 'Kometa in a network namespace of its own, with proxy and gate as its only ways out')
    .choices(['auto', 'on', 'off'])
    .default('auto', 'auto: on Linux, where the system allows it')
