// Organisations, for choices and names; asked once and kept.
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { organisations } from '@/api'

export function useOrganisations() {
  const { data, error } = useQuery({ queryKey: ['organisations', 'all'], queryFn: () => organisations.list({ page_size: 200, sort: 'name' }), staleTime: 60_000 })
  const all = computed(() => data.value?.items ?? [])
  const options = computed(() => all.value.map((one) => ({ value: one.id, text: one.name })))
  const nameOf = (id: string | null | undefined) => all.value.find((one) => one.id === id || one.credit_code === id)?.name ?? id ?? '—'
  return { all, options, nameOf, error }
}
