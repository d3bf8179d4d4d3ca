/** A table of a department's own system, as far as it is chosen. */
export interface Place {
  agent: string
  source: string
  table: string
}
