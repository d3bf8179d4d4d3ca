// Choices of the person at this computer: large type.
import { defineStore } from 'pinia'
import { ref, watchEffect } from 'vue'

const STORED = 'guantong.large'

export const usePrefs = defineStore('prefs', () => {
  let kept = false
  try {
    kept = localStorage.getItem(STORED) === '1'
  } catch {
    // Storage may be switched off; normal type then.
  }
  const large = ref(kept)
  watchEffect(() => {
    document.documentElement.toggleAttribute('data-large', large.value)
    try {
      localStorage.setItem(STORED, large.value ? '1' : '0')
    } catch {
      // Not kept then.
    }
  })
  return { large }
})
