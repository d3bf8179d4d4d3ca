// One act at a time: busy while it runs, and the error when it failed.
import { ref } from 'vue'
import { asApiError, type ApiError } from '@/api'

export function useAct() {
  const busy = ref(false)
  const error = ref<ApiError | null>(null)

  /** Runs the act; answers its result, or `undefined` when it failed (the error then stands in `error`). */
  async function run<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
    if (busy.value) return undefined
    busy.value = true
    error.value = null
    try {
      return await act()
    } catch (cause) {
      error.value = asApiError(cause)
      return undefined
    } finally {
      busy.value = false
    }
  }

  return { busy, error, run }
}
