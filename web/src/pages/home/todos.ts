// The order of what waits. Pure.
import type { Todo } from '@/api'

/** By due time, earliest (so overdue) first; what has no clock last, oldest first. */
export function sortTodos(items: Todo[]): Todo[] {
  return [...items].sort((a, b) => (a.due_ms ?? Infinity) - (b.due_ms ?? Infinity) || a.since_ms - b.since_ms || a.link.localeCompare(b.link))
}
