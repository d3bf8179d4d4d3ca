// Lists that a page needs whole.
import type { ListQuery } from './index'
import type { Page } from './types'

/** Every row of a list, page after page, up to a bound that no such list should reach. */
export async function allPages<Row>(fetcher: (query: ListQuery) => Promise<Page<Row>>, query: ListQuery = {}, bound = 5_000): Promise<Row[]> {
  const rows: Row[] = []
  for (let page = 1; rows.length < bound; page++) {
    const answer = await fetcher({ ...query, page, page_size: 200 })
    rows.push(...answer.items)
    if (rows.length >= answer.total || answer.items.length === 0) break
  }
  return rows
}
