// A list that is looked at again by itself: often while something in it moves, now and then while it is quiet, and not at all
// while nobody looks.
import { onScopeDispose } from 'vue'

/** How long a quiet list is left alone. */
const QUIET_MS = 15_000

export function useWatched(list: { refetch: () => unknown }, moves: () => boolean, often_ms: number): void {
  let waited = 0
  const clock = setInterval(() => {
    if (document.hidden) return
    waited += often_ms
    if (!moves() && waited < QUIET_MS) return
    waited = 0
    void list.refetch()
  }, often_ms)
  onScopeDispose(() => clearInterval(clock))
}
