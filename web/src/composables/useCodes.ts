// The codes of the code sets that some items use, loaded once and kept.
import { useQueries } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { standards, type Kind } from '@/api'
import { say } from '@/i18n'

/** The code set that a kind names, if it is a code. */
export function setOf(kind: Kind | null | undefined): string | undefined {
  return typeof kind === 'object' && kind?.type === 'code' ? kind.set : undefined
}

export function useCodes(kinds: Ref<(Kind | null | undefined)[]>) {
  const sets = computed(() => [...new Set(kinds.value.map(setOf).filter((set): set is string => !!set))])
  const loaded = useQueries({
    queries: computed(() => sets.value.map((id) => ({ queryKey: ['code-set', id], queryFn: () => standards.codeSet(id), staleTime: 300_000 }))),
  })
  const codesOf = (kind: Kind | null | undefined) => {
    const at = sets.value.indexOf(setOf(kind) ?? '')
    return (at < 0 ? undefined : loaded.value[at]?.data?.codes) ?? []
  }
  /** Today's codes, as choices. */
  const choices = (kind: Kind | null | undefined) =>
    codesOf(kind)
      .filter((one) => one.current !== false)
      .map((one) => ({ value: one.code, text: `${one.code} ${say(one)}` }))
  /** What a code means; empty for what is no code. */
  const meaning = (kind: Kind | null | undefined, value: string) => {
    const found = codesOf(kind).filter((one) => one.code === value)
    return say(found.find((one) => one.current !== false) ?? found[0] ?? {})
  }
  return { choices, meaning }
}
