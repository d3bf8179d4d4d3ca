// Where the reader stands in a tour; kept for this browser and this person, so that a tour that was left can be resumed.
import { defineStore } from 'pinia'
import { ref } from 'vue'

const STORED = 'guantong.tour'

interface Kept {
  tour: string
  step: number
  user: string
}

function read(): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(STORED) ?? 'null') as Partial<Kept> | null
    return kept && typeof kept.tour === 'string' && typeof kept.user === 'string' && Number.isInteger(kept.step) ? (kept as Kept) : null
  } catch {
    return null
  }
}

export const useTour = defineStore('tour', () => {
  /** The tour that runs; none otherwise. */
  const running = ref<string | null>(null)
  const step = ref(0)

  function keep(user: string) {
    try {
      if (running.value) localStorage.setItem(STORED, JSON.stringify({ tour: running.value, step: step.value, user }))
      else localStorage.removeItem(STORED)
    } catch {
      // Storage may be switched off; the tour then begins anew next time.
    }
  }
  /** The step at which this person left the tour; 0 when never begun. */
  function left(tour: string, user: string): number {
    const kept = read()
    return kept && kept.tour === tour && kept.user === user ? Math.max(0, kept.step) : 0
  }
  function begin(tour: string, from: number, user: string) {
    running.value = tour
    step.value = from
    keep(user)
  }
  function go(to: number, user: string) {
    step.value = to
    keep(user)
  }
  /** Leaves it where it is, to be resumed. */
  function leave() {
    running.value = null
  }
  /** Ends it for good. */
  function finish(user: string) {
    running.value = null
    keep(user)
  }
  return { running, step, left, begin, go, leave, finish }
})
