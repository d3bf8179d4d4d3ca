// A list whose search, filters, sort and page stand in the address, so that "back" and a copied link keep them.
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { ListQuery, Page } from '@/api'

export const PAGE_SIZES = [20, 50, 100]
export const PAGE_SIZE = 20

/** Lists longer than this are exported in part; the reader is told. */
export const EXPORT_LIMIT = 10_000

/** What a list on a page needs to know, whether the server or the browser searches and sorts. */
export interface ListHandle<Row> {
  search: Ref<string>
  /** The field sorted by, with `-` before it when downwards. */
  sort: ComputedRef<string>
  set: (changes: Record<string, string | number | undefined>) => void
  filter: (key: string) => string
  /** True when search or filters leave something out. */
  narrowed: ComputedRef<boolean>
  /** Takes search and filters away. */
  clear: () => void
  rows: ComputedRef<Row[]>
  total: ComputedRef<number>
  page: ComputedRef<number>
  pageSize: ComputedRef<number>
  pending: Ref<boolean>
  error: Ref<unknown>
  refetch: () => unknown
  everything: () => Promise<Row[]>
}

const text = (value: unknown) => (typeof value === 'string' ? value : '')

export function useList<Row, Answer extends Page<Row> = Page<Row>>(
  name: string,
  fetcher: (query: ListQuery) => Promise<Answer>,
  filters: string[] = [],
  sortFirst = '',
): ListHandle<Row> & { query: ComputedRef<ListQuery>; answer: ComputedRef<Answer | undefined>; answered: Ref<number> } {
  const route = useRoute()
  const router = useRouter()

  const query = computed<ListQuery>(() => {
    const size = Number(text(route.query.size))
    const made: ListQuery = { page: Math.max(1, Number(text(route.query.page)) || 1), page_size: PAGE_SIZES.includes(size) ? size : PAGE_SIZE }
    made.sort = text(route.query.sort) || sortFirst
    for (const filter of ['q', ...filters]) made[filter] = text(route.query[filter])
    return made
  })

  function set(changes: Record<string, string | number | undefined>) {
    const next: Record<string, string> = {}
    for (const [key, value] of Object.entries({ ...route.query, page: undefined, ...changes })) {
      if (value !== undefined && value !== null && value !== '') next[key] = String(value)
    }
    void router.replace({ query: next })
  }

  // Typing does not ask the server at each letter.
  const search = ref(text(route.query.q))
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(search, (now) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (now !== text(route.query.q)) set({ q: now })
    }, 350)
  })

  const result = useQuery({ queryKey: [name, query], queryFn: () => fetcher(query.value), placeholderData: keepPreviousData })

  /** Every row that matches, page after page. */
  async function everything(): Promise<Row[]> {
    const rows: Row[] = []
    for (let page = 1; rows.length < EXPORT_LIMIT; page++) {
      const answer = await fetcher({ ...query.value, page, page_size: 200 })
      rows.push(...answer.items)
      if (rows.length >= answer.total || answer.items.length === 0) break
    }
    return rows
  }

  return {
    query,
    answer: computed(() => result.data.value as Answer | undefined),
    /** When the server last answered. */
    answered: result.dataUpdatedAt,
    search,
    set,
    sort: computed(() => text(query.value.sort)),
    filter: (key: string) => text(route.query[key]),
    narrowed: computed(() => ['q', ...filters].some((key) => !!text(route.query[key]))),
    clear: () => {
      search.value = ''
      set(Object.fromEntries(['q', ...filters].map((key) => [key, undefined])))
    },
    rows: computed(() => result.data.value?.items ?? []),
    total: computed(() => result.data.value?.total ?? 0),
    page: computed(() => result.data.value?.page ?? 1),
    pageSize: computed(() => result.data.value?.page_size ?? PAGE_SIZE),
    pending: result.isPending,
    error: result.error,
    refetch: result.refetch,
    everything,
  }
}
