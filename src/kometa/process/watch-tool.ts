/** How often the parent process id is checked. */
const pollMs = 250

/**
 * Calls `gone` when the tool is dead, whatever state this process is in. One sign is not enough: Node does not report
 * a closed channel while a socket sent over it waits for its receipt.
 */
export function watchTool(toolPid: number, gone: () => void): void {
  process.once('disconnect', gone)
  // Only the tool holds the other end of this pipe.
  for (const event of ['end', 'close', 'error']) process.stdin.once(event, gone)
  process.stdin.resume()
  setInterval(() => {
    if (process.ppid !== toolPid) gone()
  }, pollMs)
}
