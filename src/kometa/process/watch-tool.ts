/** How often the parent process is looked at. */
const pollMs = 250

/**
 * Calls `gone` when the tool is dead, in whatever state this process is. One sign is not enough: Node says nothing of a
 * channel that ended while a socket that was sent over it waits for its receipt.
 */
export function watchTool(toolPid: number, gone: () => void): void {
  process.once('disconnect', gone)
  // The tool holds the other end of this pipe, and nobody else does.
  for (const event of ['end', 'close', 'error']) process.stdin.once(event, gone)
  process.stdin.resume()
  setInterval(() => {
    if (process.ppid !== toolPid) gone()
  }, pollMs)
}
