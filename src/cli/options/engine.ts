import { setFlagsFromString } from 'node:v8'

/**
 * The HTTP client's parser is WebAssembly. Compiling it a second time, with all optimisations, takes 32 MB for a
 * moment, which is a third of what a preview needs altogether, and what it saves is not to be measured beside what a
 * read costs.
 */
setFlagsFromString('--no-wasm-dynamic-tiering')
setFlagsFromString('--no-wasm-tier-up')
// Young objects get 1 MB, not up to 32: what a preview holds it holds for long, and what it reads is dead at once.
setFlagsFromString('--semi-space-growth-factor=1')
