// Organisations, for choices and names; asked once and kept.
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { allPages, organisations } from '@/api'

export function useOrganisations() {
  const { data, error, isPending, refetch } = useQuery({ queryKey: ['organisations', 'all'], queryFn: () => allPages(organisations.list, { sort: 'name' }), staleTime: 60_000 })
  const all = computed(() => data.value ?? [])
  const options = computed(() => all.value.filter((one) => !one.disabled).map((one) => ({ value: one.id, text: one.name })))
  const nameOf = (id: string | null | undefined) => all.value.find((one) => one.id === id || one.credit_code === id)?.name ?? id ?? '—'
  return { all, options, nameOf, error, pending: isPending, refetch }
}
