// A list that the bureau keeps among the settings, as choices.
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { settings, type SettingChoice } from '@/api'
import { say } from '@/i18n'

export function useSettingChoices(key: string) {
  const { data } = useQuery({ queryKey: ['settings'], queryFn: settings.list, staleTime: 300_000 })
  const all = computed<SettingChoice[]>(() => {
    const value = data.value?.items.find((one) => one.key === key)?.value
    return Array.isArray(value) ? value : []
  })
  const options = computed(() => all.value.map((one) => ({ value: one.code, text: say(one) })))
  const words = (code: string) => {
    const found = all.value.find((one) => one.code === code)
    return found ? say(found) : code
  }
  return { options, words }
}
