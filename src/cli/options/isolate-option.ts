import { Option } from 'commander'

/** `--isolate`, for the commands that run Kometa. */
export const isolateOption = (): Option =>
  new Option('--isolate <mode>', 'run Kometa in a network namespace whose only ways out are the proxy and the gate')
    .choices(['auto', 'on', 'off'])
    .default('auto', 'auto: on Linux, if the system allows it')
